"""Tests of sharing_pipeline/sheets."""
