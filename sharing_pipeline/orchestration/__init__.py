"""The only modules that import Dagster: assets, checks, resources, jobs, schedules, sensors.

An asset says what it is, calls one function of the domain and reports what came of it.
"""
