"""Checking files before they are sent, on a scratch home that is thrown away."""
