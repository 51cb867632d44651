"""The sample: the files of a fictional city of any size, for the demo, the tests and benchmarks.

Canonical files are written into an inbox; how they are processed is not known here. Every file
says that it is fictional. The shares of planted faults are in defects.py, the three rates that the
city reaches in outcomes.py and demand.py.
"""

from sharing_pipeline.sample.city import CityReport, make_city
from sharing_pipeline.sample.defects import DEFECTS, declared

__all__ = ["DEFECTS", "CityReport", "declared", "make_city"]
