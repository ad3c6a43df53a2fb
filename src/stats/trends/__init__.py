"""Trends without a model, and breaks whose date is not known."""
