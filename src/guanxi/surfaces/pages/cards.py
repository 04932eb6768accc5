"""Cards of a board: a title, a few lines, a figure with its flag, a day and a person, each drawn by the field's kind."""

from __future__ import annotations

from typing import Any

from django.utils.translation import ngettext
from markupsafe import Markup, escape

from guanxi.kernel import clock, directory, plan
from guanxi.kernel.fields.base import Reader
from guanxi.surfaces.pages.lanes import Lanes


def cards(shown: Lanes, rows: list[tuple[Any, ...]], *, closed: bool) -> list[dict[str, Any]]:
    """Cards out of rows as `Lanes.paths` selects them."""
    width = 2 + len(shown.compiled.paths)
    plain = shown.compiled.attach([row[:width] for row in rows])
    return [card(shown, row, full[width], full[width + 1], closed=closed) for row, full in zip(plain, rows, strict=True)]


def card(shown: Lanes, row: tuple[Any, ...], version: int, since: Any, *, closed: bool) -> dict[str, Any]:
    """One card."""
    made: dict[str, Any] = {
        "id": row[0],
        "version": version,
        "url": f"/{shown.entity.slug}/{row[0]}/",
        "lines": [],
        "figure": "",
        "day": "",
        "who": "",
        "face": "",
    }
    made["title"] = f"{shown.entity.label} {row[0]}"
    for bound in shown.compiled.columns:
        field, value = bound.field, bound.values(row)[0]
        if field.key == shown.entity.title:
            made["title"] = value
        elif field.kind.name == "person" and not bound.masked:
            made["who"] = directory.person_name(value)
            made["face"] = directory.picture(value, shown.reader.actor)
        elif value not in (None, "", []):
            spot = {"money": "figure", "date": "day", "datetime": "day"}.get(field.kind.name, "lines")
            html = shown_value(bound, row, shown.reader, closed=closed)
            if spot == "lines":
                made["lines"].append(html)
            else:
                made[spot] = html
    days = (clock.now() - since).days if shown.aged and since and not closed else 0
    made["stale"] = ngettext("%(n)d day here", "%(n)d days here", days) % {"n": days} if days > shown.board.limit else ""
    made["very"] = days > 2 * shown.board.limit
    return made


def shown_value(bound: plan.Column, row: tuple[Any, ...], reader: Reader, *, closed: bool) -> Markup:
    """A value on a card: referred records by name, and nothing is overdue on what is closed."""
    if bound.field.kind.name == "lookup":
        return escape(bound.values(row)[1] or "")
    if closed and not bound.masked and bound.field.kind.name in ("date", "datetime"):
        return escape(bound.field.kind.text(bound.values(row)[0], reader))
    return Markup(bound.html(row, reader))


__all__ = ["cards"]
