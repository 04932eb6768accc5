"""What a program sends: one JSON object of limited size, whose values have the type that their field's kind takes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.utils.translation import gettext as _

from guanxi.kernel.condition import tree
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field
from guanxi.kernel.fields.choice import ChoiceKind
from guanxi.surfaces.api.problems import Problem

#: Bytes of a body.
LIMIT = 1_000_000
TYPES = ("application/json", "application/merge-patch+json")


def document(request: HttpRequest, *, optional: bool = False) -> dict[str, Any]:
    """The object in the body. Raises Problem 400, 413 or 415."""
    length = request.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > LIMIT:
        raise _too_big()
    try:
        raw = request.body
    except RequestDataTooBig:
        raise _too_big() from None
    if len(raw) > LIMIT:
        raise _too_big()
    if optional and not raw.strip():
        return {}
    if request.content_type not in TYPES:
        raise Problem(415, _("Send the body as application/json."))
    found = read(raw)
    if not isinstance(found, dict):
        raise Problem(400, _("Send one JSON object."))
    return found


def read(raw: bytes | str) -> Any:
    """Parse JSON as strictly as the standard. Raises Problem 400."""
    try:
        found = json.loads(raw, parse_constant=_no_number, object_pairs_hook=_named)
        json.dumps(found, ensure_ascii=False).encode()  # lone surrogates are no text
        tree.shallow(found)
    except (ValueError, RecursionError):
        raise Problem(400, _("This is no JSON.")) from None
    return found


def _named(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose names could be stored."""
    if any("\x00" in name for name, _value in pairs):
        raise ValueError("a name with a NUL")
    return dict(pairs)


def _no_number(word: str) -> NoReturn:
    raise ValueError(word)


def _too_big() -> Problem:
    return Problem(413, _("Send at most %(most)d bytes.") % {"most": LIMIT})


def values(entity: Entity, given: dict[str, Any], asked: Mapping[str, Field] | None = None) -> dict[str, Any]:
    """Raw values for `write`: references as ids or names; a value of the wrong JSON type is refused with its field named.

    `asked` are the fields that may be given, where they are not the entity's.
    """
    found: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for key, raw in given.items():
        field = (entity.fields if asked is None else asked).get(key)
        value = referred(raw) if field is not None and hasattr(field.kind, "target") else raw
        if field is not None and not fits(field, value):
            errors[key] = _("This value has a type that “%(field)s” does not take.") % {"field": field.label}
        elif field is None and key.endswith("_currency") and not isinstance(value, str | None):
            errors[key] = _("Give a currency code such as CNY.")
        elif "\\u0000" in json.dumps(value):
            errors[key] = _("This text holds a character that cannot be stored.")
        found[key] = value
    if errors:
        raise Problem(422, " ".join(errors.values()), errors=errors)
    return found


def referred(raw: Any) -> Any:
    """`{"id": 12, "title": …}`, as the API itself writes references, means 12."""
    if isinstance(raw, list):
        return [referred(item) for item in raw]
    return raw["id"] if isinstance(raw, dict) and "id" in raw else raw


def fits(field: Field, value: Any) -> bool:
    """Whether the JSON type is one that the kind reads; what the value means is for the kind to judge."""
    if value is None:
        return True
    if isinstance(field.kind, ChoiceKind):  # codes or names: a number would pass by what is offered to whom
        return all(isinstance(item, str) for item in (value if isinstance(value, list) else [value]))
    if field.kind.stored == "list":
        items = value if isinstance(value, list) else [value]
        return all(isinstance(item, int | str) and not isinstance(item, bool) for item in items)
    if field.kind.stored == "boolean":
        return isinstance(value, bool | int | str)
    return isinstance(value, int | float | str) and not isinstance(value, bool)


def version(given: dict[str, Any]) -> int | None:
    """Take the `version` that the values were read at out of the body."""
    base = given.pop("version", None)
    if base is not None and (not isinstance(base, int) or isinstance(base, bool) or not 0 < base < 2**31):
        message = _("Give the version as the number that was read.")
        raise Problem(422, message, errors={"version": message})
    return base
