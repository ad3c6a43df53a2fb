"""The questions analysts ask first, each answered by a chart and a sentence, or by why it cannot be.

One function a notebook of ``notebooks/explore``: it takes an open report and returns a `Section` whose
last block, of kind ``answer``, is the sentence. Where nothing was published that can answer, the
sentence says so and names what was published instead; nothing is ever drawn from figures that are
not there, and no exception is raised for want of data.
"""

from stats.sections.questions.bodies import among_bodies
from stats.sections.questions.briefing import briefing_chart, written
from stats.sections.questions.discipline import deciders, harsher
from stats.sections.questions.noise import noise
from stats.sections.questions.published import all_published, published_of
from stats.sections.questions.rules import rule_change
from stats.sections.questions.stages import leak

__all__ = [
    "all_published", "among_bodies", "briefing_chart", "deciders", "harsher", "leak", "noise", "published_of",
    "rule_change", "written",
]  # fmt: skip
