"""Tests of sharing_pipeline/check."""
