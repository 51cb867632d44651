"""Monitor of a city's data sharing: three rates, each of which opens into the rows that make it.

Layers, each a folder that reads only the one before it:
intake → facts → assessment → figures → bulletin. store/ keeps what they make,
orchestration/ is the only place that knows Dagster.
"""
