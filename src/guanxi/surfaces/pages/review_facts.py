"""What the cards of a page of reviews need from the database, asked once for all of them.

A card asked of its own would ask for each title that it names and for each record that has changed since.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from guanxi.kernel import history
from guanxi.kernel.actor import Actor
from guanxi.kernel.draft import Draft
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field, Reader
from guanxi.kernel.registry import registry

#: The value of a field and its currency.
Standing = tuple[Any, str | None]


@dataclass(frozen=True)
class Facts:
    """By the number of a draft, the fields that somebody has changed since, as they stand; and titles by (entity key, id)."""

    moved: Mapping[int, Mapping[str, Standing]] = field(default_factory=dict)
    titles: Mapping[tuple[str, int], str] = field(default_factory=dict)

    def title(self, bound: Field, value: Any) -> str:
        """The titles of what a reference names, as far as this reader may see them."""
        target = bound.kind.target.key  # type: ignore[attr-defined]
        return "、".join(filter(None, (self.titles.get((target, i), "") for i in ids_of(value))))


def of(drafts: Collection[Draft], actor: Actor) -> Facts:
    """The facts for drafts that are shown to one reader."""
    moved = _moved(drafts)
    return Facts(moved, _titles(drafts, moved, actor))


def ids_of(value: Any) -> list[int]:
    """The ids in the value of a reference, to one or to many."""
    return [i for i in (value if isinstance(value, list) else [value]) if isinstance(i, int) and not isinstance(i, bool)]


def _moved(drafts: Iterable[Draft]) -> dict[int, dict[str, Standing]]:
    waiting = [d for d in drafts if d.record is not None and d.base is not None and d.state == "waiting" and d.values]
    columns = history.columns_since((d.record or 0, d.base or 0) for d in waiting)
    keys = {d.number: _changed(d, registry.get(d.entity), columns[d.record or 0, d.base or 0]) for d in waiting}
    records: dict[str, set[int]] = {}
    for draft in waiting:
        if keys[draft.number]:
            records.setdefault(draft.entity, set()).add(draft.record or 0)
    rows = {(key, row.id): row for key, ids in records.items() for row in registry.get(key).rows_of(sorted(ids))}
    found: dict[int, dict[str, Standing]] = {}
    for draft in waiting:
        row, fields = rows.get((draft.entity, draft.record)), registry.get(draft.entity).fields
        if row is not None:
            found[draft.number] = {
                k: (fields[k].kind.json(fields[k].value(row)), getattr(row, f"{k}_currency", None)) for k in keys[draft.number]
            }
    return found


def _changed(draft: Draft, entity: Entity, columns: set[str]) -> list[str]:
    """The fields of a draft that are among these columns, or whose currency is."""
    return [k for k, f in entity.fields.items() if k in draft.values and {f.column.path or k, f"{k}_currency"} & columns]


def _titles(drafts: Iterable[Draft], moved: Mapping[int, Mapping[str, Standing]], actor: Actor) -> dict[tuple[str, int], str]:
    kinds: dict[str, Any] = {}
    wanted: dict[str, set[int]] = {}
    for draft in drafts:
        for key, bound in registry.get(draft.entity).visible(actor).items():
            if hasattr(bound.kind, "target") and key in draft.values:
                target = bound.kind.target.key
                kinds.setdefault(target, bound.kind)
                now = moved.get(draft.number, {}).get(key, (None, None))[0]
                for value in (draft.values[key], draft.former.get(key), now):
                    wanted.setdefault(target, set()).update(ids_of(value))
    reader = Reader(actor)
    return {(t, i): str(title) for t, ids in wanted.items() if ids for i, title in kinds[t].titles(ids, reader).items()}


__all__ = ["Facts", "ids_of", "of"]
