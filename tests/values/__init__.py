"""Tests of sharing_pipeline/values."""
