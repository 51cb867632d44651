"""Tests of sharing_pipeline/orchestration."""
