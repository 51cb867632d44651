"""Tests of sharing_pipeline/template."""
