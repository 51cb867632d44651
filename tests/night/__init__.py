"""Tests of whole nights (night.py)."""
