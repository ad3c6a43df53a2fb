"""Statistics of party inspection, supervision and discipline in Vietnam."""
