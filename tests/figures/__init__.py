"""Tests of sharing_pipeline/figures."""
