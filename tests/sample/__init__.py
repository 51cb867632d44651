"""Tests of sharing_pipeline/sample."""
