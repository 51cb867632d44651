"""Figures: rates and issues counted from assessments, and their publication as revisions."""
