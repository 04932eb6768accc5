"""Rows typed in the form of a record that is not there yet: saved with it in one transaction, all of them or nothing.

A control is called by the address of the rows, the line and the field: `devices.2.f12`; so are the messages of what was refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from guanxi.kernel import write
from guanxi.kernel.actor import Actor
from guanxi.kernel.draft import Draft
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field, Reader
from guanxi.kernel.registry import registry
from guanxi.kernel.write import Invalidated
from guanxi.surfaces.pages import form, rows
from guanxi.surfaces.pages.frame import actor_of, reader_of

#: Lines that one form carries; more are typed on the page of the record.
MOST = 200
#: The place of the line that a script copies.
COPIED = "__n__"


@dataclass(frozen=True)
class Line:
    """One row as it was typed: of what, which line of the form, and raw values by field key."""

    child: Entity
    place: int
    values: Mapping[str, Any]

    def name(self, key: str) -> str:
        return f"{self.child.slug}.{self.place}.{key}"


def kinds(entity: Entity, actor: Actor) -> list[Entity]:
    """What is entered as rows of a record, by whoever may create it."""
    return [child for child in registry if child.row_of == entity.key and actor.may(child.key, "create")]


def fields(child: Entity, actor: Actor) -> dict[str, Field]:
    """The columns of the sheet that are typed."""
    able = rows.in_place(child, actor)
    return {key: able[key] for key in rows.keys_of({"child": child, "via": child.parent}) if key in able}


def posted(request: HttpRequest, entity: Entity) -> list[Line]:
    """The lines in which something was typed, in their order."""
    found = []
    for child in kinds(entity, actor_of(request)):
        asked = fields(child, actor_of(request))
        begins = {k: child.fields[k].kind.typed(v, reader_of(request)) for k, v in form.defaults(child, request).items() if k in asked}
        heads = [name.split(".") for name in request.POST if name.startswith(f"{child.slug}.")]
        places = sorted({int(parts[1]) for parts in heads if len(parts) == 3 and parts[1].isdecimal() and len(parts[1]) < 5})
        for place in places:
            head = f"{child.slug}.{place}."
            raw = form.posted(request, {head + key: replace(field, key=head + key) for key, field in asked.items()})
            values = {name.removeprefix(head): value for name, value in raw.items()}
            if any(value not in ("", "0", []) and value != begins.get(key) for key, value in values.items() if key in asked):
                found.append(Line(child, place, values))
    return found


def create(entity: Entity, values: Mapping[str, Any], lines: Sequence[Line], *, actor: Actor) -> Any:
    """The record with its rows, in one write. Raises Invalidated, of rows under the names of their controls."""
    if not lines:
        return write.create(entity, values, actor=actor, door="form")
    if any(sum(line.child is child for line in lines) > MOST for child in {line.child.key: line.child for line in lines}.values()):
        said = _("A form takes %(most)d rows of a kind. Take the last ones out, and enter them on the page of the record.")
        raise Invalidated({"": said % {"most": MOST}})
    errors: dict[str, str] = {}
    with write.unit(actor, "form"):
        made = write.create(entity, values, actor=actor, door="form")
        if isinstance(made, Draft):
            raise Invalidated({"": _("Somebody must agree to the record first. Enter its rows then.")})
        for line in lines:
            try:
                with transaction.atomic():
                    write.create(line.child, {**line.values, line.child.parent: made.id}, actor=actor, door="form")
            except Invalidated as refusal:
                errors |= {line.name(key): said for key, said in refusal.errors.items()}
            except write.Refused as refusal:
                errors[line.name("")] = str(refusal)
        if errors:
            raise Invalidated(errors)
    return made


def sheets(request: HttpRequest, entity: Entity, errors: Mapping[str, str]) -> list[dict[str, Any]]:
    """A sheet for each kind of row: what was typed, an empty line below, and one to copy."""
    actor, typed = actor_of(request), posted(request, entity) if request.method == "POST" else []
    found = []
    for child in kinds(entity, actor):
        asked, begins = fields(child, actor), form.defaults(child, request)
        lines = [line for line in typed if line.child is child]
        free = max((line.place for line in lines), default=-1) + 1
        found.append(
            {
                "child": child,
                "head": list(asked.values()),
                "next": free + 1,
                "lines": [_drawn(line, asked, errors, reader_of(request)) for line in [*lines, Line(child, free, begins)]],
                "copied": _drawn(Line(child, 0, begins), asked, {}, reader_of(request), place=COPIED),
            }
        )
    return found


def _drawn(line: Line, asked: Mapping[str, Field], errors: Mapping[str, str], reader: Reader, *, place: str = "") -> dict[str, Any]:
    """The cells of a line, each with what was typed and why it was refused."""
    refused = {key: errors[line.name(key)] for key in asked if line.name(key) in errors}
    shown = form.parsed_for_show(line.child.fields, dict(line.values), reader, refused)
    cells = []
    for key, field in asked.items():
        name = f"{line.child.slug}.{place or line.place}.{key}"
        bound = replace(form.beside(field, shown), key=name, required=False)
        html = form.retyped(bound, shown.get(key), reader) if key in refused else bound.kind.input(bound, shown.get(key), reader)
        cells.append({"field": field, "name": name, "html": html, "error": refused.get(key, "")})
    head = line.name("")
    others = [said for name, said in errors.items() if name.startswith(head) and name.removeprefix(head) not in asked]
    return {"cells": cells, "others": others}


__all__ = ["Line", "create", "kinds", "posted", "sheets"]
