"""Tests; a package so that the reference and the city maker can be shared between them."""
