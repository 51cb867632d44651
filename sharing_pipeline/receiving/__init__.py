"""Receives files: the inbox, databases, early reading, taking in, and a person's decisions.

The way of a received file begins here, and its steps are put together here. Each step has a folder
of its own: reading, sheets, values, judging, logs. No indicator is known here.
"""
