"""XML of strangers, read piece by piece: no document type, so no entities and nothing fetched, and no end of patience."""

from __future__ import annotations

from typing import IO
from xml.parsers import expat

_CHUNK = 1 << 16
#: Bytes unpacked of one document, and how deep its elements nest.
MOST_BYTES, DEEPEST = 128 << 20, 500


class Odd(Exception):
    """The markup is none that an office program writes."""


class Handler:
    """What a reader does with the markup; names come as `namespace name`."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, data: str) -> None:
        """Characters between."""


def read(source: IO[bytes], handler: Handler) -> None:
    """Tell the handler everything in order. Raises Odd, and whatever the handler raises to stop."""
    depth = 0

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise Odd
        handler.start(name, attributes)

    def finish(name: str) -> None:
        nonlocal depth
        depth -= 1
        handler.end(name)

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = begin
    parser.EndElementHandler = finish
    parser.CharacterDataHandler = handler.text
    left = MOST_BYTES
    try:
        while chunk := source.read(_CHUNK):
            left -= len(chunk)
            if left < 0:
                raise Odd
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError:
        raise Odd from None


def _refuse(*_declaration: object) -> None:
    raise Odd


__all__ = ["Handler", "Odd", "read"]
