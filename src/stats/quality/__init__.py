"""Can the figures be what they say: sums, printed percents, last digits, missing reports."""
