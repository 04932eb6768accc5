"""What hangs on records, for tables in prints: the related lists of an entity, and which of their records the reader may have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber

from guanxi.kernel.access import AnyOf
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.column import Linked
from guanxi.kernel.models import Link
from guanxi.kernel.registry import registry


@dataclass(frozen=True)
class Tab:
    """A related list: whose records it shows, and the field there that names ours; none where we name them."""

    code: str
    label: str
    child: Entity
    via: str = ""


def tabs(entity: Entity) -> dict[str, Tab]:
    """Every related list by its code."""
    found: dict[str, Tab] = {}
    for child, key in registry.children(entity):
        extra = child.fields[key].extra
        found[extra["back"]] = Tab(extra["back"], str(extra.get("back_label") or child.label_plural), child, key)
    for key, field in entity.fields.items():
        if field.kind.name == "links" and key not in found:
            found[key] = Tab(key, str(field.label), field.kind.target)  # type: ignore[attr-defined]
    return found


def ids(entity: Entity, tab: Tab, records: Sequence[int], actor: Actor, *, action: str, most: int) -> dict[int, list[int]]:
    """By record the ids of what hangs on it, oldest first, as far as the actor may `action` it."""
    held = tab.child.fields.get(tab.via) if tab.via else entity.fields[tab.code]
    if held is None or held.key not in (tab.child if tab.via else entity).visible(actor):
        return {}
    rows = tab.child.rows(actor, action)
    if not isinstance(held.column, Linked):
        path = str(held.column.path)
        pairs = _first(rows.filter(AnyOf(F(path), list(records))).order_by(), path, "id", most)
    else:
        ours, theirs = ("target", "source") if tab.via else ("source", "target")
        links = Link.objects.filter(
            field=held.column.field, **{f"{ours}__in": list(records), f"{theirs}__in": rows.order_by().values("id")}
        )
        pairs = _first(links, ours, theirs, most)
    found: dict[int, list[int]] = {}
    for record, one in pairs:
        found.setdefault(record, []).append(one)
    return found


def _first(rows: QuerySet[Any], record: str, one: str, most: int) -> Iterable[tuple[int, int]]:
    """(record, what hangs on it), of each record the oldest `most`: the database counts them off, however many there are."""
    place = Window(RowNumber(), partition_by=F(record), order_by=F(one).asc())
    return rows.annotate(_place=place).filter(_place__lte=most).order_by(record, one).values_list(record, one)


__all__ = ["Tab", "ids", "tabs"]
