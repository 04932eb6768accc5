"""Text templates in the file of the shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from guanxi.surfaces.shape.names import Names
from guanxi.surfaces.shape.sections import Section, Taker, coded, entity_of, register
from guanxi.surfaces.texts import keeping, shelf
from guanxi.surfaces.texts.keeping import Wish
from guanxi.surfaces.texts.models import TextTemplate

PLAIN = ("zh", "en", "sort", "language", "subject", "body")


def describe(names: Names) -> dict[str, Any]:
    """By entity its texts, each known by its name."""
    found: dict[str, Any] = {}
    for key in TextTemplate.objects.order_by("entity").values_list("entity", flat=True).distinct():
        found[key] = {"texts": [{"code": code, **_line(row, names)} for code, row in _known(key).items()]}
    return found


def take(key: str, table: Mapping[str, Any], taking: Taker) -> None:
    """The texts of an entity; one that the file does not name is retired."""
    entity, names, known = entity_of(key), Names(), _known(key)
    for line in table.get("texts", []):
        with taking.judged("texts", key, str(line.get("code"))):
            row = known.get(line["code"])
            if row is None or {k: v for k, v in line.items() if k != "code"} != _line(row, names):
                said = {name: names.back(str(line[name])) if name in ("subject", "body") else str(line[name]) for name in PLAIN}
                wish = Wish(**said, roles=[str(role) for role in line["roles"]])
                make = keeping.create if row is None else lambda *a, row=row, **k: keeping.change(row, *a, **k)
                row = make(entity, wish, actor=taking.actor)
            if row.active != bool(line["active"]):
                keeping.switch(row, bool(line["active"]), actor=taking.actor)
    named = {line.get("code") for line in table.get("texts", [])}
    for code, row in known.items():
        if code not in named and row.active:
            keeping.switch(row, False, actor=taking.actor)


def _known(key: str) -> dict[str, TextTemplate]:
    rows = {row.pk: row for row in TextTemplate.objects.filter(entity=key).order_by("pk")}
    return {code: rows[pk] for pk, code in coded({pk: row.zh for pk, row in rows.items()}).items()}


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
