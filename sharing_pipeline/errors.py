"""Failures: what a user sees says an aim, the facts and what to do, and has an exit status.

Only the command line turns these into text on a terminal; everybody else raises them.
A bug is not one of these: it stays an ordinary exception.
"""


class SharingError(Exception):
    """Root of what can go wrong for a user; the message is Chinese and says what to do."""

    exit_code = 1


class UsageError(SharingError, ValueError):
    """The command was asked for something that doesn't exist: a date, an organisation, a file."""

    exit_code = 2


class ConfigurationError(SharingError, ValueError):
    """A file under catalog/, expectations/ or warehouse/, or the home folder, can't be used."""

    exit_code = 2


class NothingPublished(SharingError, RuntimeError):
    """The night could not be published; the last published one stays."""

    exit_code = 1


class Unannounced(SharingError, RuntimeError):
    """The night is published, but its page or mart could not be written."""

    exit_code = 3


class UnreadableFile(SharingError, ValueError):
    """A received file can't be read; it is rejected whole, the run goes on."""


class UnreadableDatabase(SharingError, RuntimeError):
    """A database that is a source can't be read tonight; what it gave before stays in force.

    The message never holds the URL, the user or the password, and nothing is chained to it.
    """


class ReadingBug(UnreadableFile):
    """Our own program failed on a received file. It is rejected, so that no single file stops a
    city's night, and `details` goes to the developers."""

    def __init__(self, message: str, details: str) -> None:
        super().__init__(message)
        self.details = details


class EngineError(RuntimeError):
    """The engine couldn't run a statement: no room, a file that can't be read, or our own fault.

    No message for a user by itself; whoever knows what was being done says what to do.
    """
