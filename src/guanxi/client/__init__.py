"""A small client of the API for programs in Python: the standard library alone, nothing of the server. See docs/api.md."""

from guanxi.client.client import Changes, Client, Records
from guanxi.client.errors import (
    Conflict,
    Error,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    ServerError,
    TooMany,
    Unauthorized,
    Unreachable,
)
from guanxi.client.transport import Answer, Transport

__all__ = [
    "Answer",
    "Changes",
    "Client",
    "Conflict",
    "Error",
    "Forbidden",
    "Gone",
    "Invalid",
    "NotFound",
    "Records",
    "ServerError",
    "TooMany",
    "Transport",
    "Unauthorized",
    "Unreachable",
]
