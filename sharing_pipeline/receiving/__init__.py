"""What arrives: the inbox, databases, reading ahead, taking in, and a person's decisions.

Here the way of a received file begins and its steps are put together; each step has a folder of
its own: reading, sheets, values, judging, logs. Nothing here knows what an indicator is.
"""
