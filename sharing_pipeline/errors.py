"""The failures that a user may see, each with a message and an exit status.

A message says what was to be done, what is the matter, and what to do about it. Only the command
line prints them; all other code raises them. A bug stays an ordinary exception.
"""


class SharingError(Exception):
    """The root of all failures that a user may see; the message is in Chinese."""

    exit_code = 1


class UsageError(SharingError, ValueError):
    """A command asks for something that doesn't exist: a date, an organisation, a file."""

    exit_code = 2


class ConfigurationError(SharingError, ValueError):
    """A file under catalog/, expectations/ or warehouse/, or the home folder, can't be used."""

    exit_code = 2


class NothingPublished(SharingError, RuntimeError):
    """The night could not be published; the last published night stays."""

    exit_code = 1


class Unannounced(SharingError, RuntimeError):
    """The night is published, but its page or mart could not be written."""

    exit_code = 3


class UnreadableFile(SharingError, ValueError):
    """A received file can't be read; it is rejected as a whole, and the run goes on."""


class UnreadableDatabase(SharingError, RuntimeError):
    """A database that is a source can't be read tonight; its earlier rows stay in force.

    The message never contains the URL, the user or the password, and no exception is chained to it.
    """


class ReadingBug(UnreadableFile):
    """A bug in the program appeared while it read a received file.

    The file is rejected, so that it doesn't stop a city's night; `details` is for the developers.
    """

    def __init__(self, message: str, details: str) -> None:
        super().__init__(message)
        self.details = details


class EngineError(RuntimeError):
    """The engine couldn't run a statement: no room, a file that can't be read, or a bug.

    It is no message for a user; the caller knows what was to be done, and tells the user.
    """
