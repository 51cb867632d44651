"""The only modules that import Dagster: assets, checks, resources, jobs, schedules, sensors.

An asset performs a step of night.py and reports what came of it. Nothing is worked out here.
"""
