"""Words for results: numbers, dates, periods, labels, sentences and notes, in Vietnamese and English."""

from stats.wording.collation import sort_key, sorted_vi
from stats.wording.formats import NBSP, parse_number
from stats.wording.words import MARKS, Words, placeholders

__all__ = ["MARKS", "NBSP", "Words", "parse_number", "placeholders", "sort_key", "sorted_vi"]
