"""The mix of penalties and its severity: is it another mix, is it harsher, or is it more polarised?

Tables have periods (or bodies) as rows and penalties, from mildest to heaviest, as columns.
"""
