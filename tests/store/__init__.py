"""Tests of sharing_pipeline/store."""
