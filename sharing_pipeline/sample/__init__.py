"""A made-up city of any size, for the demo, the tests and the benchmarks.

Writes canonical files into an inbox and knows nothing of what becomes of them. Everything in it
says that it is made up. The shares of planted faults are in defects.py, the three rates that it
reaches in outcomes.py and demands.py.
"""

from sharing_pipeline.sample.city import CityReport, make_city
from sharing_pipeline.sample.defects import DEFECTS, declared

__all__ = ["DEFECTS", "CityReport", "declared", "make_city"]
