"""Collection forms in the file of the shape: all but their links, which are made anew wherever a form comes about."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.choice import ChoiceKind
from guanxi.kernel.write import Invalidated
from guanxi.org.models import User
from guanxi.surfaces.collecting import keeping, standing
from guanxi.surfaces.collecting.keeping import Wish
from guanxi.surfaces.collecting.models import CollectForm
from guanxi.surfaces.shape.names import Names
from guanxi.surfaces.shape.sections import Section, Taker, entity_of, kinds, known, register, unnamed


def describe(names: Names) -> dict[str, Any]:
    """By entity its forms, each known by its name; forms of kinds of record that are no more stay here."""
    found: dict[str, Any] = {}
    for key in kinds(CollectForm, names):
        rows = known(CollectForm.objects.filter(entity=key).select_related("person"), "name")
        entity = next(map(standing.entity_of, rows.values()))
        if entity is not None:
            found[key] = {"collected": [{"code": code, **_line(row, entity, names)} for code, row in rows.items()]}
    return found


def take(key: str, table: Mapping[str, Any], taking: Taker) -> None:
    """The forms of an entity; one that the file does not name is closed."""
    entity, names, here = entity_of(key), Names(), known(CollectForm.objects.filter(entity=key).select_related("person"), "name")
    for line in table.get("collected", []):
        with taking.judged("forms", key, str(line.get("code"))):
            row = here.get(line["code"])
            if row is not None and {k: v for k, v in line.items() if k != "code"} == _line(row, entity, names):
                continue
            row = row or keeping.create(entity, str(line["name"]), actor=_maker(taking.actor))
            wish = _wish(line, row, names)
            keeping.bring(row, wish, actor=taking.actor)
            if keeping.answers(entity, wish.person) and row.active != bool(line["active"]):
                keeping.switch(row, bool(line["active"]), actor=taking.actor)
    for row in unnamed(table.get("collected", []), here):
        keeping.switch(row, False, actor=taking.actor)


def _maker(actor: Actor) -> Actor:
    """In whose name a form is made: an administrator's where no person takes the file over. Raises Invalidated."""
    administrators = User.objects.filter(is_active=True, assignments__role__admin=True).values_list("pk", flat=True)
    found = actor.id or administrators.order_by("pk").first()
    if found is None:
        raise Invalidated({"person": _("Choose somebody who may enter such records.")})
    return replace(actor, id=found)


def _line(row: CollectForm, entity: Entity, names: Names) -> dict[str, Any]:
    documents: dict[str, Any] = {
        "words": row.words,
        "asked": [{**each, "key": names.out(each["key"])} for each in row.asked],
        "fixed": {names.out(key): _portable(entity, key, raw) for key, raw in row.fixed.items()},
    }
    return {
        "name": row.name,
        "person": row.person.login,
        "pooled": row.pooled,
        "language": row.language,
        "until": row.until.isoformat() if row.until else "",
        "most": row.most or 0,
        **{name: json.dumps(said, ensure_ascii=False, sort_keys=True) for name, said in documents.items()},
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
    """Whoever answered for it answers here too, if he is here; otherwise whoever does so now, or takes it over."""
    person = User.objects.filter(login=str(line["person"]), is_active=True).first()
    words, asked, fixed = (json.loads(str(line[name])) for name in ("words", "asked", "fixed"))
    asked = [{**each, "key": names.back(str(each["key"]))} for each in asked]
    fixed = {names.back(key): raw for key, raw in fixed.items()}
    until = date.fromisoformat(str(line["until"])) if line["until"] else None
    number, most = person.pk if person else row.person_id, int(line["most"]) or None
    return Wish(str(line["name"]), number, bool(line["pooled"]), str(line["language"]), until, most, dict(words), asked, fixed)


register(
    Section(
        "forms",
        "Collection forms 采集表单, by entity: person is the login of who answers for it, without whom it comes closed; links are not in this file.",
        gettext_lazy("Collection forms"),
        describe,
        take,
        {"collected": ("code",)},
    )
)
