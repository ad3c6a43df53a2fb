"""Sections of the reports: figures asked for by id, put into words, charts and tables, block by block."""
