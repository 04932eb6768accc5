"""`guanxi mcp`: the protocol over standard input and output, a message a line; rights are looked up anew at every message."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import IO

from django.db import close_old_connections
from django.utils import translation

from guanxi.kernel import clock
from guanxi.org import tokens
from guanxi.surfaces.api.door import actor_of
from guanxi.surfaces.mcp import protocol
from guanxi.surfaces.mcp.tools import Caller


def serve(token: str, given: IO[str], told: IO[str], *, after: Callable[[], None] = close_old_connections) -> None:
    """Answer until the input ends."""
    for line in given:
        if line.strip():
            found = one(token, line)
            if found is not None:
                told.write(json.dumps(found, ensure_ascii=False) + "\n")
                told.flush()
        after()


def one(token: str, line: str) -> dict[str, object] | None:
    """The answer to one line."""
    try:
        message = protocol.read(line)
    except protocol.Fault as fault:
        return protocol.failed(fault)
    with clock.frozen():
        row = tokens.found(token)
        if row is None:
            number = message.get("id") if isinstance(message, dict) else None
            return protocol.failed(protocol.Fault(-32001, "GUANXI_TOKEN is not good (any more)"), number)
        with translation.override(row.user.language):
            return protocol.answer(message, Caller(actor_of(row), row.scopes))


__all__ = ["one", "serve"]
