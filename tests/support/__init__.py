"""Helpers that several tests use: cities, homes, files, officers, databases. No test is here."""
