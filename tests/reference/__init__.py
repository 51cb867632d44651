"""The three indicators computed slowly and plainly, for comparison with the pipeline's results.

It is written from indicators.md, whose rule numbers stand in the comments, and inputs.md §5, with
dictionaries, loops and fractions. It shares no code with sharing_pipeline on purpose: two
independent readings of the same text must come to the same rows.
"""

from tests.reference.assess import assess
from tests.reference.city import City, File
from tests.reference.rollup import scoreboard

__all__ = ["City", "File", "assess", "scoreboard"]
