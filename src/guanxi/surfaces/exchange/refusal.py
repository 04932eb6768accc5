"""A file that is not taken, with the reason and what to do about it, in words for the person who sent it."""

from __future__ import annotations


class Refused(Exception):
    """Raised before anything was changed; `reason` is translated and ready to be shown."""

    def __init__(self, reason: object) -> None:
        self.reason = str(reason)
        super().__init__(self.reason)
