"""A reason not to start, worded for the person at the terminal: one line, no traceback, exit code not 0."""

from __future__ import annotations


class Refusal(Exception):
    """Raised when Guanxi cannot go on and the reader can do something about it.

    `code` becomes the exit code of the process.
    """

    def __init__(self, message: str, *, code: int = 1) -> None:
        super().__init__(" ".join(message.split()))
        self.code = code
