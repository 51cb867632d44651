"""Tests of sharing_pipeline/logs."""
