"""The three indicators computed slowly and plainly, to hold the pipeline's results against.

Written from indicators.md (the rule numbers in the comments are that document's) and inputs.md §5,
with dictionaries, loops and fractions. Shares no code with sharing_pipeline, by intention:
two independent readings of the same text must come to the same rows.
"""

from tests.reference.assess import assess
from tests.reference.city import City, File
from tests.reference.rollup import scoreboard

__all__ = ["City", "File", "assess", "scoreboard"]
