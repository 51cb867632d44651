"""Tests of sharing_pipeline/isolation."""
