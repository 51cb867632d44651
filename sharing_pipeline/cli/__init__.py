"""The command line `sharing`: asks the domain, prints Chinese, sets the exit status.

One module per command, in the order in which an officer meets them. Nothing is computed here,
and what is slow to import is imported inside the command that needs it.
"""

from sharing_pipeline.cli.app import main

__all__ = ["main"]
