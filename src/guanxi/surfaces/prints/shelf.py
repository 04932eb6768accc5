"""Which templates there are, by entity: asked on every page of a record, so each process keeps them until the shape moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from guanxi.kernel import versions
from guanxi.kernel.entity import Entity
from guanxi.surfaces.prints.models import Named, PrintTemplate


@dataclass(frozen=True)
class Shelved(Named):
    """A template in use."""

    id: int
    entity: str
    sort: str
    zh: str
    en: str


_state: dict[str, Any] = {"version": None, "known": None}


def of(entity: Entity) -> list[Shelved]:
    """The templates in use of an entity, by name."""
    if _state["known"] is None or _state["version"] != versions.shape():
        found: dict[str, list[Shelved]] = {}
        rows = PrintTemplate.objects.filter(active=True, version__gt=0).order_by("zh", "id")
        for number, key, sort, zh, en in rows.values_list("id", "entity", "sort", "zh", "en"):
            found.setdefault(key, []).append(Shelved(number, key, sort, zh, en))
        _state.update(version=versions.shape(), known=found)
    known: dict[str, list[Shelved]] = _state["known"]
    return known.get(entity.key, [])


def clear() -> None:
    """Read them again at the next question."""
    _state["known"] = None


def watch() -> None:
    """Have every change of a template move the shape."""
    versions.watch("surfaces_printtemplate", "shape")


__all__ = ["Shelved", "clear", "of", "watch"]
