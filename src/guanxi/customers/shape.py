"""Public pools in the file of the shape: their limits, who takes part, what falls in and who gets what."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.customers.entities.pool import AssignmentRule, AssignmentRuleEntity, Pool, PoolEntity, PoolRule, PoolRuleEntity
from guanxi.kernel import directory, pools, write
from guanxi.kernel.actor import SYSTEM, Actor
from guanxi.kernel.entity import Entity
from guanxi.surfaces.shape.names import Names
from guanxi.surfaces.shape.sections import Section, Taker, register

DOOR = "administration"
#: The fields of each in the file.
POOL = (
    *("holds", "description", "people", "departments", "managers", "hidden", "masked", "story", "claims_a_day", "most_held"),
    *("cooling_days", "warning_days", "rank", "recycles", "spared", "assigns"),
)
RULE = ("name", "since", "days", "where", "active")
ASSIGNMENT = ("name", "rank", "where", "people", "how", "active")
#: What hangs on a pool: the table in the file, its records, and what of them stands there.
BELOW: Mapping[str, tuple[Any, Entity, tuple[str, ...]]] = {
    "falls": (PoolRule, PoolRuleEntity.instance, RULE),
    "gives": (AssignmentRule, AssignmentRuleEntity.instance, ASSIGNMENT),
}


def describe(names: Names) -> dict[str, Any]:
    """Every pool by its name, with its rules."""
    found: dict[str, Any] = {}
    for row in Pool.entity.rows(SYSTEM).order_by(F("rank").asc(nulls_last=True), "id"):
        found[row.name] = _told(row, POOL, names)
        for table, (model, _entity, keys) in BELOW.items():
            found[row.name][table] = [_told(each, keys, names) for each in _below(model, row.id).values()]
    return found


def take(key: str, table: Mapping[str, Any], taking: Taker) -> None:
    """A pool with its rules; one that the file does not name is put out of force."""
    actor, names = _able(taking.actor), Names()
    row = Pool.entity.rows(SYSTEM).filter(name=key).first()
    row = _kept(PoolEntity.instance, row, {"name": key}, table, POOL, names, actor)
    pools.clear()
    for name, (model, entity, keys) in BELOW.items():
        known = _below(model, row.id)
        for line in table.get(name, []):
            with taking.judged("pools", key, str(line.get("name"))):
                _kept(entity, known.get(line["name"]), {"pool": row.id}, line, keys, names, actor)
        for gone in known.keys() - {line.get("name") for line in table.get(name, [])}:
            if known[gone].active:
                write.update((entity, known[gone].id), {"active": False}, actor=actor, door=DOOR)


def _able(actor: Actor) -> Actor:
    """Who takes a shape over sets up pools whatever he may do with them otherwise, and under his own name."""
    return replace(actor, system=True, rights={}, reviewed={}, direct={})


def _below(model: Any, pool: int) -> dict[str, Any]:
    """The rules of a pool by name, the first of several alike."""
    found: dict[str, Any] = {}
    for each in model.entity.rows(SYSTEM).filter(pool_id=pool).order_by("id"):
        found.setdefault(each.name, each)
    return found


def _kept(
    entity: Entity, row: Any, fixed: Mapping[str, Any], line: Mapping[str, Any], keys: tuple[str, ...], names: Names, actor: Actor
) -> Any:
    """A record as the file has it, made where there is none."""
    if row is not None and all(_told(row, keys, names)[key] == line[key] for key in keys):
        return row
    values = {key: _read(key, line[key], names) for key in keys}
    if row is None:
        return write.create(entity, {**fixed, **values}, actor=actor, door=DOOR)
    return write.update((entity, row.id), values, actor=actor, door=DOOR)


def _told(row: Any, keys: tuple[str, ...], names: Names) -> dict[str, Any]:
    """Fields of a record as they stand in the file: people by login, departments and choices by code."""
    people, found = directory.people(), {}
    for key in keys:
        field, value = row.entity.fields[key], getattr(row, key)
        if field.kind.name == "choice":
            item = field.kind.dictionary.by_id(value)
            value = item.code if item else ""
        elif key in ("people", "managers"):
            value = sorted(people[i].code for i in value if i in people)
        elif key == "departments":
            value = sorted(names.departments[i] for i in value if i in names.departments)
        elif key in ("hidden", "masked"):
            value = sorted(names.out(list(value)))
        elif key in ("where", "spared"):
            value = json.dumps(names.out(json.loads(value)), ensure_ascii=False) if value else ""
        found[key] = "" if value is None else value
    return found


def _read(key: str, value: Any, names: Names) -> Any:
    """A value of the file as a field takes it. Raises Invalidated for people and departments that there are not."""
    if key in ("people", "managers"):
        logins = {entry.code: entry.id for entry in directory.people().values()}
        return _each(value, logins.get, _("There is no account “%(name)s” here. Create it first, or take it out of the file."))
    if key == "departments":
        return _each(value, names.of_code.get, _("There is no department “%(name)s”."))
    if key in ("where", "spared"):
        return json.dumps(names.back(json.loads(value)), ensure_ascii=False) if value else ""
    return names.back(list(value)) if key in ("hidden", "masked") else None if value == "" else value


def _each(codes: Any, find: Callable[[str], int | None], said: str) -> list[int]:
    found = {str(code): find(str(code)) for code in codes}
    if missing := [code for code, number in found.items() if number is None]:
        raise write.Invalidated({"people": said % {"name": missing[0]}})
    return [number for number in found.values() if number is not None]


register(
    Section(
        "pools",
        "Public pools 公海, by name: people by user name, departments by code; falls is what falls in when, gives is who gets what comes in.",
        gettext_lazy("Public pools"),
        describe,
        take,
        dict.fromkeys(BELOW, ("name",)),
        pools.clear,
    )
)
