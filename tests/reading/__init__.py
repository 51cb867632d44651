"""Tests of sharing_pipeline/reading."""
