"""Comparisons of periods and of bodies: two samples, funnels, shrinkage, ranks, multiplicity."""
