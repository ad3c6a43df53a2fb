"""Regression of counts with an exposure: rates explained by covariates, clusters and dated changes."""
