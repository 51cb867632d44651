"""Tests of sharing_pipeline/cli."""
