"""What the API refuses, by kind: each with what its problem document says."""

from __future__ import annotations

from typing import Any


class Error(Exception):
    """A refusal. `errors` are messages by field, `problem` is the whole document."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(problem.get("detail") or problem.get("error") or problem.get("title") or f"status {status}")
        self.status, self.problem = status, problem
        self.errors: dict[str, str] = problem.get("errors") or {}


class Unauthorized(Error):
    """The token or the secret is not good."""


class Forbidden(Error):
    """Not within the rights."""


class NotFound(Error):
    """It does not exist, or is out of sight."""


class Conflict(Error):
    """Somebody changed the same meanwhile, or it makes no sense as the record stands; `problem["clashes"]` says which fields."""


class Gone(Error):
    """The cursor of the feed is of another database: read everything anew."""


class Invalid(Error):
    """The request makes no sense, or its values do not."""


class TooMany(Error):
    """Asked too often, also after waiting."""


class ServerError(Error):
    """Something broke there; `problem["request_id"]` is what to ask about."""


class Unreachable(Error):
    """No answer."""

    def __init__(self, why: str) -> None:
        super().__init__(0, {"detail": why})


KINDS: dict[int, type[Error]] = {
    400: Invalid,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    410: Gone,
    413: Invalid,
    415: Invalid,
    422: Invalid,
    429: TooMany,
}


def of(status: int, problem: dict[str, Any]) -> Error:
    """The error of a status."""
    return KINDS.get(status, ServerError if status >= 500 else Error)(status, problem)


__all__ = ["Conflict", "Error", "Forbidden", "Gone", "Invalid", "NotFound", "ServerError", "TooMany", "Unauthorized", "Unreachable", "of"]
