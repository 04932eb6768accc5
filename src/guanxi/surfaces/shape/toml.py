"""A small writer of TOML (toml.io, 1.0): what `tomllib` of the standard library reads. Tables of a list stand one on a line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any


def written(document: Mapping[str, Any], comments: Mapping[str, str]) -> str:
    """The document in its order, with a comment above each section."""
    return "\n".join(_sections(document, comments)) + "\n"


def _sections(document: Mapping[str, Any], comments: Mapping[str, str]) -> Iterator[str]:
    for section, tables in document.items():
        yield from ("", *(f"# {line}" for line in comments.get(section, "").splitlines()))
        for key, table in tables.items():
            yield f"\n[{section}.{_key(key)}]"
            for name, value in table.items():
                yield f"{_key(name)} = {_value(value)}"


def _key(text: str) -> str:
    plain = text.isascii() and text.replace("_", "").replace("-", "").isalnum()
    return text if plain else _text(text)


def _text(text: str) -> str:
    """A basic string; DEL must be escaped beside what JSON escapes."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def _value(value: Any, *, inside: bool = False) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(k)} = {_value(v, inside=True)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        if value and isinstance(value[0], Mapping) and not inside:
            return "[\n" + "".join(f"  {_value(each, inside=True)},\n" for each in value) + "]"
        return "[" + ", ".join(_value(each, inside=True) for each in value) + "]"
    return _text(str(value))


__all__ = ["written"]
