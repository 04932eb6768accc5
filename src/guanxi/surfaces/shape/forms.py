"""Collection forms in the file of the shape: all but their links, which are made anew wherever a form comes about."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.choice import ChoiceKind
from guanxi.org.models import User
from guanxi.surfaces.collecting import keeping
from guanxi.surfaces.collecting.keeping import Wish
from guanxi.surfaces.collecting.models import CollectForm
from guanxi.surfaces.shape.names import Names
from guanxi.surfaces.shape.sections import Section, Taker, coded, entity_of, register


def describe(names: Names) -> dict[str, Any]:
    """By entity its forms, each known by its name."""
    found: dict[str, Any] = {}
    for key in CollectForm.objects.order_by("entity").values_list("entity", flat=True).distinct():
        entity = entity_of(key)
        found[key] = {"collected": [{"code": code, **_line(row, entity, names)} for code, row in _known(key).items()]}
    return found


def take(key: str, table: Mapping[str, Any], taking: Taker) -> None:
    """The forms of an entity; one that the file does not name is closed."""
    entity, names, known = entity_of(key), Names(), _known(key)
    for line in table.get("collected", []):
        with taking.judged("forms", key, str(line.get("code"))):
            row = known.get(line["code"])
            if row is None or {k: v for k, v in line.items() if k != "code"} != _line(row, entity, names):
                row = row or keeping.create(entity, str(line["name"]), actor=taking.actor)
                keeping.save(row, _wish(line, row, names), actor=taking.actor)
            if row.active != bool(line["active"]):
                keeping.switch(row, bool(line["active"]), actor=taking.actor)
    named = {line.get("code") for line in table.get("collected", [])}
    for code, row in known.items():
        if code not in named and row.active:
            keeping.switch(row, False, actor=taking.actor)


def _known(key: str) -> dict[str, CollectForm]:
    rows = {row.pk: row for row in CollectForm.objects.filter(entity=key).select_related("person").order_by("pk")}
    return {code: rows[pk] for pk, code in coded({pk: row.name for pk, row in rows.items()}).items()}


def _line(row: CollectForm, entity: Entity, names: Names) -> dict[str, Any]:
    fixed = {key: _portable(entity, key, raw) for key, raw in row.fixed.items()}
    documents = {"words": row.words, "asked": row.asked, "fixed": fixed}
    return {
        "name": row.name,
        "person": row.person.login,
        "pooled": row.pooled,
        "language": row.language,
        "until": row.until.isoformat() if row.until else "",
        "most": row.most or 0,
        **{name: json.dumps(names.out(value), ensure_ascii=False, sort_keys=True) for name, value in documents.items()},
        "active": row.active,
    }


def _portable(entity: Entity, key: str, raw: Any) -> Any:
    """A fixed value as it may be typed elsewhere: a value of a list by its code."""
    kind = entity.fields[key].kind if key in entity.fields else None
    if not isinstance(kind, ChoiceKind):
        return raw
    if isinstance(raw, list):
        return [_portable(entity, key, each) for each in raw]
    item = kind.find(raw)
    return item.code if item else raw


def _wish(line: Mapping[str, Any], row: CollectForm, names: Names) -> Wish:
    """Whoever answered for it answers here too, if he is here; otherwise whoever takes it over."""
    person = User.objects.filter(login=str(line["person"]), is_active=True).first()
    words, asked, fixed = (names.back(json.loads(str(line[name]))) for name in ("words", "asked", "fixed"))
    until = date.fromisoformat(str(line["until"])) if line["until"] else None
    number, most = person.pk if person else row.person_id, int(line["most"]) or None
    return Wish(str(line["name"]), number, bool(line["pooled"]), str(line["language"]), until, most, dict(words), list(asked), dict(fixed))


register(
    Section(
        "forms",
        "Collection forms 采集表单, by entity: person is the login of who answers for it; links are not in this file.",
        _("Collection forms"),
        describe,
        take,
        {"collected": ("code",)},
    )
)
