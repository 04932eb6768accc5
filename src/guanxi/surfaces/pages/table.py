"""Rows of a table as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.templatetags.static import static
from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from guanxi.kernel import plan
from guanxi.kernel.entity import Action, Entity
from guanxi.kernel.fields.base import Reader
from guanxi.kernel.paging import Page


def extent(found: Page) -> Markup:
    """1–50 / 1,206: exact when everything is on the page, otherwise filled in by the counts request."""
    if not found.rows:
        return Markup("0")
    if found.first == 1 and not found.next:
        return Markup("{}–{} / {}").format(1, found.last, found.last)
    return Markup('{}–{} / <span data-count="total">…</span>').format(f"{found.first:,}", f"{found.last:,}")


def body(
    entity: Entity,
    compiled: plan.Plan,
    rows: list[tuple[Any, ...]],
    reader: Reader,
    *,
    selectable: bool = True,
    deeds: Sequence[Action] = (),
    more: Sequence[Sequence[str]] = (),
) -> Markup:
    """Table rows as one string: a template engine would spend most of the request here. What repeats is drawn once for all pages.

    `deeds` are offered on every row, `more` are further cells, as text, of each.
    """
    marks = compiled.marks.get("table") or compiled.marks.setdefault("table", [cell_marks(entity, c) for c in compiled.columns])
    columns = [(c.start, c.start + c.span, c, compiled.cells(at), *marks[at]) for at, c in enumerate(compiled.columns)]
    base, choose = f"/{entity.slug}/", escape(_("Select"))
    buttons = [(a.code, str(escape(a.label)), icon(a.icon)) for a in deeds]
    parts: list[str] = []
    for place, row in enumerate(rows):
        url = f"{base}{row[0]}/"
        parts.append(f'<tr data-row="{row[0]}" data-href="{url}">')
        if selectable:
            parts.append(f'<td class="ck"><input type="checkbox" value="{row[0]}" data-select aria-label="{choose}"></td>')
        for start, stop, column, drawn, opening, title in columns:
            if title:
                parts.append(f'{opening}<a href="{url}">{column.html(row, reader) or "—"}</a></td>')
            elif drawn is None:
                parts.append(f"{opening}{column.html(row, reader)}</td>")
            else:
                values = row[start:stop]
                cell = drawn.get(values)
                if cell is None:
                    cell = drawn[values] = f"{opening}{column.html(row, reader)}</td>"
                parts.append(cell)
        if more:
            parts += [f"<td>{escape(text)}</td>" for text in more[place]]
        if deeds:
            parts.append(f'<td class="deed" data-phone="acts">{"".join(_deed(base, row[0], *words) for words in buttons)}</td>')
        parts.append("</tr>")
    return Markup("".join(parts))


def _deed(base: str, record: int, code: str, label: str, sign: str) -> str:
    return f'<button type="button" class="btnt sm" hx-post="{base}{record}/_action/{code}/" hx-swap="none">{sign}{label}</button>'


def icon(name: str) -> str:
    """A sign of the sprite."""
    return f'<svg class="i" aria-hidden="true" focusable="false"><use href="{static("built/icons.svg")}#{name}"/></svg>'


def cell_marks(entity: Entity, column: plan.Column) -> tuple[str, bool]:
    """The opening tag of a cell, and whether it is the title that links to the record."""
    field = column.field
    if field.key == entity.title:
        return '<td class="stick">', True
    place = {"lookup": "line", "phone": "line", "money": "line", "department": "line"}.get(field.kind.name, "hide")
    if field.key == entity.stage:
        place = "badge"
    label = "" if getattr(field.kind, "style", "") == "due" else f' data-phone="{place}"'
    return f'<td class="{field.kind.align}" data-label="{escape(field.label)}"{label}>', False
