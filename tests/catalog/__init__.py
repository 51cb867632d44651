"""Tests of sharing_pipeline/catalog."""
