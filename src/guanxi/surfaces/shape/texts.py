"""Text templates in the file of the shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from guanxi.surfaces.shape.names import Names
from guanxi.surfaces.shape.sections import Section, Taker, entity_of, kinds, known, register, unnamed
from guanxi.surfaces.texts import keeping, shelf
from guanxi.surfaces.texts.keeping import Wish
from guanxi.surfaces.texts.models import TextTemplate

PLAIN = ("zh", "en", "sort", "language", "subject", "body")


def describe(names: Names) -> dict[str, Any]:
    """By entity its texts, each known by its name."""
    found: dict[str, Any] = {}
    for key in kinds(TextTemplate, names):
        here = known(TextTemplate.objects.filter(entity=key), "zh")
        found[key] = {"texts": [{"code": code, **_line(row, names)} for code, row in here.items()]}
    return found


def take(key: str, table: Mapping[str, Any], taking: Taker) -> None:
    """The texts of an entity; one that the file does not name is retired."""
    entity, names, here = entity_of(key), Names(), known(TextTemplate.objects.filter(entity=key), "zh")
    for line in table.get("texts", []):
        with taking.judged("texts", key, str(line.get("code"))):
            row = here.get(line["code"])
            if row is None or {k: v for k, v in line.items() if k != "code"} != _line(row, names):
                said = {name: names.back(str(line[name])) if name in ("subject", "body") else str(line[name]) for name in PLAIN}
                wish = Wish(**said, roles=[str(role) for role in line["roles"]])
                make = keeping.create if row is None else lambda *a, row=row, **k: keeping.change(row, *a, **k)
                row = make(entity, wish, actor=taking.actor)
            if row.active != bool(line["active"]):
                keeping.switch(row, bool(line["active"]), actor=taking.actor)
    for row in unnamed(table.get("texts", []), here):
        keeping.switch(row, False, actor=taking.actor)


def _line(row: TextTemplate, names: Names) -> dict[str, Any]:
    said = {name: getattr(row, name) for name in PLAIN}
    said |= {name: names.out(said[name]) for name in ("subject", "body")}
    return {**said, "roles": list(row.roles), "active": row.active}


register(
    Section(
        "texts",
        "Text templates 文本模板, by entity: sort is mail, message or phrase; roles are those to which it is offered, none means all.",
        _("Text templates"),
        describe,
        take,
        {"texts": ("code",)},
        shelf.clear,
    )
)
