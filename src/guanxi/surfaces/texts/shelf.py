"""Which texts there are, by entity: asked on every page of a record, so each process keeps them until the shape moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from guanxi.kernel import versions
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.surfaces.prints.models import Named
from guanxi.surfaces.texts.models import TextTemplate
from guanxi.surfaces.texts.sorts import SORTS


@dataclass(frozen=True)
class Shelved(Named):
    """A text in use."""

    id: int
    sort: str
    zh: str
    en: str
    roles: frozenset[str]


_state: dict[str, Any] = {"version": None, "known": None}


def of(entity: Entity, actor: Actor, *sorts: str) -> list[Shelved]:
    """The texts of an entity that this person is offered, mails first, each sort by name."""
    if _state["known"] is None or _state["version"] != versions.shape():
        _state.update(version=versions.shape(), known=_read())
    known: dict[str, list[Shelved]] = _state["known"]
    mine = [each for each in known.get(entity.key, ()) if not each.roles or each.roles & actor.roles]
    return [each for each in mine if not sorts or each.sort in sorts]


def clear() -> None:
    """Read them again at the next question."""
    _state["known"] = None


def watch() -> None:
    """Have every change of a text move the shape."""
    versions.watch("surfaces_texttemplate", "shape")


def _read() -> dict[str, list[Shelved]]:
    found: dict[str, list[Shelved]] = {}
    rows = TextTemplate.objects.filter(active=True).order_by("zh", "id").values_list("entity", "id", "sort", "zh", "en", "roles")
    order = list(SORTS)
    for key, number, sort, zh, en, roles in sorted(rows, key=lambda row: order.index(row[2])):
        found.setdefault(key, []).append(Shelved(number, sort, zh, en, frozenset(roles)))
    return found


__all__ = ["Shelved", "clear", "of", "watch"]
