"""A workbook to fill in: the headings that an import of an entity knows, an example, and what each column takes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field, Reader
from guanxi.surfaces.exchange.importing.targets import Target, targets
from guanxi.surfaces.exchange.writing import write_texts

#: Values of a list that are named in the notes.
NAMED = 40
#: Kinds whose first sample would do harm as an example: it is the number of somebody real.
TOLD_ONLY = ("uscc", "resident_id")
#: Kinds of which an example says nothing.
SPEAKING = ("text", "boolean", "links")


def write(path: Path, entity: Entity, actor: Actor) -> None:
    """Write the workbook: what this person may import, in his language."""
    columns = [t for t in targets(entity, actor).values() if t.writes and not t.via]
    reader = Reader(actor)
    example = [_example(entity, t.field, reader) for t in columns if t.field]
    notes = [[t.label, _("required") if t.field.required else "", _takes(t, reader)] for t in columns if t.field]
    advice = [_("The second line is an example: write over it or remove it. Columns that you do not need may be removed.")]
    write_texts(
        path,
        {
            str(entity.label_plural): ([t.label for t in columns], [example]),
            _("Notes"): ([_("Column"), _("Required"), _("What it takes")], [*notes, advice]),
        },
    )


def _example(entity: Entity, field: Field, reader: Reader) -> str:
    kind = field.kind
    if field.key == entity.title:
        return _("Example, please remove")
    if kind.name == "person":
        return reader.actor.name if field.key == "owner" else ""
    if kind.name == "lookup":
        return _some_record(kind.target, reader.actor) if field.required else ""  # type: ignore[attr-defined]
    if kind.name in SPEAKING or kind.name in TOLD_ONLY or kind.stored == "list":
        return _("Example") if field.required else ""
    if hasattr(kind, "dictionary"):
        return next(iter(_values(kind)), "")
    samples = [str(sample) for sample in kind.samples()]
    return samples[1 if kind.foot and len(samples) > 1 else 0] if samples else ""


def _some_record(entity: Entity, actor: Actor) -> str:
    """The title of a record that this person sees, so that the example can be imported."""
    if entity.title not in entity.visible(actor) or actor.right(entity.key, entity.title) == "masked":
        return ""
    return str(entity.rows(actor).order_by("-id").values_list(entity.title, flat=True).first() or "")


def _takes(target: Target, reader: Reader) -> str:
    """What stands in a column, with the values of its list."""
    kind = target.field.kind  # type: ignore[union-attr]
    if hasattr(kind, "dictionary"):
        named = list(_values(kind))
        words = "、".join(named[:NAMED]) + ("…" if len(named) > NAMED else "")
        several = _("several of, separated by “、”: %(values)s") if kind.stored == "list" else _("one of: %(values)s")
        return several % {"values": words}
    words = {
        "date": _("a day, such as 2026-11-22"),
        "datetime": _("a day and a time, such as 2026-11-22 14:00"),
        "boolean": _("yes or no"),
        "percent": _("a share in percent, such as 12.5%"),
        "rating": _("stars from 1 to 5"),
        "duration": _("hours and minutes, such as 1:30"),
        "geo": _("latitude and longitude, such as 30.274150,120.155150"),
        "person": _("the name or user name of a colleague"),
        "department": _("the name of a department"),
        "lookup": _("the name of a record that exists"),
        "links": _("names of records that exist, separated by “、”"),
        "region": _("a province, city or district, such as 浙江省杭州市"),
        "money": _("an amount; another currency stands behind it, such as 1200 USD"),
    }.get(kind.name, "")
    return " ".join(filter(None, (words, str(target.field.help or ""))))  # type: ignore[union-attr]


def _values(kind: Any) -> Iterator[str]:
    for item in kind.dictionary.active():
        yield str(item.label)


__all__ = ["write"]
