"""Tests of sharing_pipeline/published."""
