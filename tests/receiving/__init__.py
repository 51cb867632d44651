"""Tests of sharing_pipeline/receiving."""
