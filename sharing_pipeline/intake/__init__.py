"""From received bytes to accepted rows, or back to the sender with a reason per cell.

Here: readers, header finding, sources, normalising, validating, the reply, the sandbox.
Not here: what is in force on a day (facts/), and anything about rates.
"""
