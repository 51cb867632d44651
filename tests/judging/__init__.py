"""Tests of sharing_pipeline/judging."""
