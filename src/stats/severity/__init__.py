"""The mix of penalties and its severity: another mix, a harsher one, or a more polarised one.

Tables have periods (or bodies) as rows and penalties, from mildest to heaviest, as columns.
"""
