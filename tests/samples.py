"""Valid raw values for any entity, from the registry alone: a new entity is covered unasked."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any, Literal

from guanxi.kernel import custom, versions, write
from guanxi.kernel.actor import SYSTEM, Actor
from guanxi.kernel.design import CustomEntity
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field
from guanxi.kernel.fields.column import Linked
from guanxi.kernel.models import CustomField
from guanxi.kernel.write import Invalidated, entities

Shape = Literal["minimal", "full", "hostile"]
#: What own fields of these kinds have to be told.
OPTIONS: dict[str, dict[str, Any]] = {
    "choice": {"dictionary": "customer_level"},
    "tags": {"dictionary": "customer_tag"},
    "lookup": {"to": "customers.customer"},
    "number": {"prefix": "OWN"},
    "rollup": {"child": "customers.contact", "via": "customer", "how": "count", "of": "", "type": "integer"},
    "formula": {"source": "coalesce([list_price], 1) * 2.5", "type": "number"},
}
#: The same of an entity that administrators designed, which has no field but its own.
DESIGNED: dict[str, dict[str, Any]] = {
    **OPTIONS,
    "lookup": {"to": "customers.customer", "back": True},
    "number": {"prefix": "VIS"},
    "formula": {"source": "coalesce([My integer], 1) * 2.5", "type": "number"},
}
FAR = date(2031, 1, 1)
_serial = itertools.count(1)


def values(entity: Entity, shape: Shape = "minimal", *, actor: Actor = SYSTEM) -> dict[str, Any]:
    """Raw values by field key. Lookups refer to records created for it, owned by `actor`."""
    found: dict[str, Any] = {}
    for key, field in entity.fields.items():
        if key not in entity.writable(actor):
            continue
        if field.computed or key == "owner" or (shape == "minimal" and not field.required):
            continue
        raw = _raw(entity, field, shape, actor)
        if raw is not None:
            found[key] = raw
    title = entity.fields[entity.title]
    if not title.computed:
        found[entity.title] = f"{_plain_title(entity)} {next(_serial)}"
    return found | apart(entity, actor=actor)


def apart(entity: Entity, *, actor: Actor = SYSTEM) -> dict[str, Any]:
    """Values that keep a record out of the way of others, where a constraint of the entity's own lets some stand in each other's way."""
    if not entity.settled:
        return {}
    day = (FAR + timedelta(weeks=next(_serial))).isoformat()
    return {key: day for key, field in entity.writable(actor).items() if field.kind.name == "date" and not field.computed}


def added(entity: Entity, kind: str, **options: Any) -> str:
    """A field that an administrator adds; its key."""
    row = CustomField.objects.create(entity=entity.key, kind=kind, label=f"My {kind}", options=options)
    versions.bump("shape")
    custom.load()
    return f"f{row.pk}"


@contextmanager
def with_own_fields(entity: Entity) -> Iterator[Entity]:
    """The entity with a field of the company's own of every kind, as long as this lasts."""
    for kind in custom.KINDS:
        added(entity, kind, **OPTIONS.get(kind, {}))
    yield entity
    CustomField.objects.all().delete()
    custom.load()


@contextmanager
def designed(zh: str = "拜访报告", **said: Any) -> Iterator[Entity]:
    """An entity that administrators designed, as long as this lasts."""
    row = entities.create(entities.Wish(zh, **said), actor=SYSTEM)
    try:
        yield entities.entity_of(row)
    finally:
        CustomField.objects.all().delete()
        CustomEntity.objects.all().delete()
        custom.load()


@contextmanager
def designed_with_own_fields(rows_of: str = "") -> Iterator[Entity]:
    """Such an entity with a field of every kind, a number and a stage among them; by itself, or rows of another."""
    with designed("拜访报告", en="Visit report", rows_of=rows_of) as entity:
        keys = {kind: int(added(entity, kind, **DESIGNED.get(kind, {}))[1:]) for kind in custom.KINDS}
        CustomEntity.objects.update(number=keys["number"], stage=keys["choice"])
        custom.load()
        yield entity


def _plain_title(entity: Entity) -> str:
    return str(next(iter(entity.fields[entity.title].kind.samples())))


def _whole(entity: Entity, actor: Actor) -> Any:
    """A record that no rule objects to for want of what its kind wants filled in."""
    return make(entity, actor=actor, **{k: _raw(entity, entity.fields[k], "full", actor) for k in entity.whole if k != entity.title})


def _raw(entity: Entity, field: Field, shape: Shape, actor: Actor) -> Any:
    if hasattr(field.kind, "target"):
        record = _whole(field.kind.target, actor)
        return [record.id] if isinstance(field.column, Linked) else record.id
    samples = list(field.kind.samples())
    if not samples:
        return None
    return samples[-1] if shape == "hostile" else samples[0]


def make(entity: Entity, shape: Shape = "minimal", *, actor: Actor = SYSTEM, door: str = "test", **given: Any) -> Any:
    """Create a record through `write`. Samples that a business rule refuses give way to the field's next sample, or to none."""
    raw = {**values(entity, shape, actor=actor), **given}
    for _attempt in range(20):
        try:
            return write.create(entity, raw, actor=actor, door=door)
        except Invalidated as error:
            if not _give_way(entity, raw, error.errors, keep=set(given)):
                raise
    raise AssertionError(f"{entity} takes none of its samples: {raw}")


def _give_way(entity: Entity, raw: dict[str, Any], errors: dict[str, str], *, keep: set[str]) -> bool:
    moved = False
    for key in set(errors) - keep:
        samples = list(entity.fields[key].kind.samples()) if key in entity.fields else []
        place = samples.index(raw[key]) if key in raw and raw[key] in samples else len(samples)
        if place > 0 and samples and key not in [u.field for u in entity.unique]:
            raw[key] = samples[place - 1]
            moved = True
        elif raw.pop(key, None) is not None:
            moved = True
    return moved


def read(field: Field, record: Any) -> Any:
    """A value; of sealed text, which is never twice the same where it is stored, what it says."""
    value = field.value(record)
    return field.kind.json(value) if field.kind.name == "secret" else value


def different(entity: Entity, record: Any, field: Field, *, actor: Actor) -> Any:
    """A raw value for `field` that differs from the record's, or None where the samples offer none."""
    from guanxi.kernel.fields.base import Reader

    if hasattr(field.kind, "target"):
        other = _whole(field.kind.target, actor)
        return [other.id] if isinstance(field.column, Linked) else other.id
    for raw in field.kind.samples():
        if field.key == entity.title:
            raw = f"{_plain_title(entity)} {next(_serial)}"
        value = field.value(record)
        if not field.kind.stays(raw, value) and field.kind.parse(raw, Reader(actor)) != value:
            return raw
    return None
