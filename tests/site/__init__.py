"""Tests of sharing_pipeline/site."""
