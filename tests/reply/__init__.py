"""Tests of sharing_pipeline/reply."""
