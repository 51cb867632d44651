"""Tests of sharing_pipeline/in_force."""
