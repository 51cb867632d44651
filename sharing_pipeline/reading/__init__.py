"""Bytes to grids of text cells, whatever the format. No column has a meaning here yet."""
