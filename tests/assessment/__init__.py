"""Tests of sharing_pipeline/assessment."""
