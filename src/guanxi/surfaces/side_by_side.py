"""Records that may be one, side by side: what each says in every field, which of it would best stand, and what comes along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _
from markupsafe import Markup

from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field, Reader
from guanxi.kernel.fields.column import Linked
from guanxi.kernel.models import Attachment, Comment, Link
from guanxi.kernel.registry import registry
from guanxi.kernel.write import choosing

#: Names of the records on a page, where there is no room for their titles.
LETTERS = "ABCDE"


@dataclass(frozen=True)
class Cell:
    """What one record says in a field; `value` is what choosing it posts."""

    letter: str
    value: str
    html: Markup
    blank: bool
    chosen: bool


@dataclass(frozen=True)
class Line:
    """A field: without choice where the reader may not set it, and the survivor's stands."""

    key: str
    label: str
    cells: list[Cell]
    open: bool
    same: bool
    error: str = ""


@dataclass(frozen=True)
class Beside:
    """One of the records: its letter, and how many of what hangs on it, as (label, number)."""

    row: Any
    letter: str
    attached: list[tuple[str, int]] = field(default_factory=list)


def compare(entity: Entity, rows: Sequence[Any], reader: Reader, chosen: Mapping[str, str], errors: Mapping[str, str]) -> list[Line]:
    """A line for every field in which any of the records says something; `chosen` are the values of a refused page."""
    from guanxi.surfaces.pages.record import cell

    actor, family = reader.actor, [row.id for row in rows]
    fields = choosing.open_fields(entity, actor)
    lines = []
    for key, shown in in_order(entity, actor):
        values = [choosing.value_of(entity, shown, row, family) for row in rows]
        if shown.computed or all(shown.kind.is_blank(v) for v in values):
            continue
        best = chosen.get(key) or best_of(entity, shown, rows, family)
        cells = [
            _cell(shown, place, row, value, Markup(cell(entity, shown, row, reader)), best) for place, (row, value) in _placed(rows, values)
        ]
        masked = actor.right(entity.key, key) == "masked"  # whether two masked values are one is not told
        same = not masked and all(_same(entity, shown, row, value, rows[0], values[0]) for _place, (row, value) in _placed(rows, values))
        if key in fields and choosing.is_list(shown) and not same:
            both = shown.kind.html(choosing.together(entity, shown, rows, family), reader)
            cells.append(Cell(_("Both") if len(rows) == 2 else _("All of them"), choosing.ALL, Markup(both), False, best == choosing.ALL))
        lines.append(Line(key, str(shown.label), cells, key in fields, same and key not in errors, errors.get(key, "")))
    return lines


def _placed(rows: Sequence[Any], values: Sequence[Any]) -> list[tuple[int, tuple[Any, Any]]]:
    return list(enumerate(zip(rows, values, strict=True)))


def _cell(shown: Field, place: int, row: Any, value: Any, html: Markup, best: str) -> Cell:
    blank = shown.kind.is_blank(value)
    return Cell(LETTERS[place], str(row.id), Markup("—") if blank else html or Markup("••••"), blank, best == str(row.id))


def _same(entity: Entity, shown: Field, row: Any, value: Any, first: Any, other: Any) -> bool:
    currency = f"{shown.key}_currency"
    return bool(value == other and getattr(row, currency, None) == getattr(first, currency, None))


def in_order(entity: Entity, actor: Actor) -> list[tuple[str, Field]]:
    """The visible fields as the record shows them, the title first."""
    visible = entity.visible(actor)
    laid = [k for keys in entity.layout.values() for k in keys]
    return [(k, visible[k]) for k in dict.fromkeys([entity.title, *laid, *visible]) if k in visible]


def best_of(entity: Entity, shown: Field, rows: Sequence[Any], family: Sequence[int]) -> str:
    """What stands unless the reader says otherwise: of lists all, the fuller title, else what is filled in where it was changed last."""
    if shown.key == "owner":
        return str(rows[0].id)
    if choosing.is_list(shown) and sum(not shown.kind.is_blank(choosing.value_of(entity, shown, row, family)) for row in rows) > 1:
        return choosing.ALL
    if shown.key == entity.title and shown.kind.name == "text":
        return str(max(rows, key=lambda row: (len(str(shown.value(row))), row.updated_at)).id)
    filled = [row for row in rows if not shown.kind.is_blank(choosing.value_of(entity, shown, row, family))]
    return str(max(filled, key=lambda row: row.updated_at).id) if filled else str(rows[0].id)


def beside(entity: Entity, rows: Sequence[Any], actor: Actor) -> list[Beside]:
    """The records with the numbers of what comes along, as far as the reader may see it; one query a kind of thing."""
    ids = [row.id for row in rows]
    counted: list[tuple[str, dict[int, int]]] = []
    for child, key in registry.children(entity):
        bound = child.visible(actor).get(key)
        if bound is None or not actor.may(child.key, "view") or actor.right(child.key, key) == "masked":
            continue
        counted.append((str(bound.extra.get("back_label") or child.label_plural), _hanging(child, bound, ids, actor)))
    for model, label in ((Comment, _("Comments")), (Attachment, _("Files"))):
        found = model.objects.filter(entity=entity.key, record__in=ids, deleted_at=None).values("record").order_by()
        counted.append((label, dict(found.annotate(n=Count("id")).values_list("record", "n"))))
    return [Beside(row, LETTERS[place], [(label, n[row.id]) for label, n in counted if n.get(row.id)]) for place, row in enumerate(rows)]


def _hanging(child: Entity, bound: Field, ids: Sequence[int], actor: Actor) -> dict[int, int]:
    rows = child.rows(actor)
    if isinstance(bound.column, Linked):
        links = Link.objects.filter(field=bound.column.field, target__in=ids, source__in=rows.values("id")).values("target").order_by()
        return dict(links.annotate(n=Count("id")).values_list("target", "n"))
    found = rows.filter(bound.column.any_of(ids)).annotate(_refers=bound.column.expression()).values("_refers").order_by()
    return dict(found.annotate(n=Count("id")).values_list("_refers", "n"))


__all__ = ["LETTERS", "Beside", "Cell", "Line", "beside", "best_of", "compare", "in_order"]
