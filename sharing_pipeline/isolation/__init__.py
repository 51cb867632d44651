"""Untrusted work in child processes: started, limited, killed, and what is written down of a bug.

What a child computes is its caller's business.
"""
