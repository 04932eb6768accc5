"""Figures of a record's children, stored on the record and recomputed in the transaction that changes a child."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from guanxi.kernel.fields.base import Label


@dataclass(frozen=True)
class RollUp:
    """How a computed column of the parent follows from its children.

    `field` is the parent's computed field, `child` the child's model label, `via` the child's lookup to the parent,
    `how` one of sum, count, max, min, and `of` the child's column; only children that match `where` count.
    """

    field: str
    child: str
    via: str
    how: str
    of: str = "id"
    where: list[Any] | None = None
    label: Label = ""
    #: An own field, kept in the document of the record; `of` is then the key of the child's field.
    own: bool = False


def of_options(key: str, options: Mapping[str, Any]) -> RollUp:
    """What the definition of an own field says."""
    return RollUp(key, options["child"], options["via"], options["how"], options.get("of") or "id", options.get("where") or None, own=True)
