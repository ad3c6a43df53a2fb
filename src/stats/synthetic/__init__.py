"""Made-up series of months and quarters: what a method finds in them can be compared with what was planted.

No figure is real, and every row says SYNTHETIC. Nothing in the package that reports on published figures reads them.
"""

from stats.synthetic.design import IN_CONTROL, MARK, REALISTIC, RULE, Design, MadeUpRule, Shift
from stats.synthetic.generator import COUNTS, SEED, series

__all__ = ["COUNTS", "IN_CONTROL", "MARK", "REALISTIC", "RULE", "SEED", "Design", "MadeUpRule", "Shift", "series"]
