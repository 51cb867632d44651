"""How long a whole night takes, as a multiple of the least that anybody could do by hand.

Measuring belongs here and nowhere else: no test is timed. Nothing of the pipeline imports it.
"""
