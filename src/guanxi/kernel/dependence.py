"""Choices that hang on another one: what is chosen of the industry says which sub-industries are offered.

A field hangs on the one that its declaration names, or on the first of its entity that offers the list which an administrator put
above its own. A value whose topmost ancestor names none of that list fits all of them.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from guanxi.kernel.actor import Actor
from guanxi.kernel.dictionary import Dictionary, Item
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field
from guanxi.kernel.fields.choice import Above, ChoiceKind
from guanxi.kernel.fold import fold


def above(entity: Entity, field: Field) -> Field | None:
    """The field on which another one hangs."""
    kind = field.kind
    if not isinstance(kind, ChoiceKind):
        return None
    if kind.depends_on:
        return entity.fields.get(kind.depends_on)
    code = kind.dictionary.under
    return next((f for f in entity.fields.values() if _offers(f, code)), None) if code else None


def _offers(field: Field, code: str) -> bool:
    return field.kind.name == "choice" and field.kind.dictionary.code == code  # type: ignore[attr-defined]


def pairs(entity: Entity) -> Iterator[tuple[Field, Field]]:
    """Each field that hangs on another, with that one."""
    for field in entity.fields.values():
        if isinstance(field.kind, ChoiceKind) and (field.kind.depends_on or field.kind.dictionary.under):
            on = above(entity, field)
            if on is not None:
                yield field, on


def beneath(entity: Entity, field: Field, values: Mapping[str, Any], actor: Actor) -> Field:
    """The field with a control that offers what fits these values, as they are stored or as a form spells them.

    Where the one above is closed to the actor all is offered: what is left would tell of it.
    """
    on = above(entity, field)
    if on is None or not isinstance(on.kind, ChoiceKind) or _closed(entity, on, actor):
        return field
    chosen = values.get(on.key)
    item = on.kind.find(chosen) if chosen not in (None, "") else None
    kind = copy.copy(field.kind)
    kind.above = Above(on.key, on.kind.dictionary, item, str(on.label))  # type: ignore[attr-defined]
    return replace(field, kind=kind)


def fits(values: Dictionary, item: Item, aboves: Dictionary, chosen: Item | None) -> bool:
    """Whether a value is offered under the one that is chosen above it, or under one of those above that."""
    root = values.line(item)[0].parent
    return root is None or (chosen is not None and any(each.id == root for each in aboves.line(chosen)))


def settle(entity: Entity, record: Any, changed: set[str], errors: dict[str, str], *, creating: bool, actor: Actor) -> None:
    """Refuse what does not fit, naming both to who may see both; where a value of the same name fits, that was meant."""
    for field, on in pairs(entity):
        if not creating and not {field.key, on.key} & changed:
            continue
        aboves: Dictionary = on.kind.dictionary  # type: ignore[attr-defined]
        values: Dictionary = field.kind.dictionary  # type: ignore[attr-defined]
        chosen, stands = aboves.by_id(on.value(record)), field.value(record)
        several = isinstance(stands, list)
        kept = [_meant(values, item, aboves, chosen) for each in (stands if several else [stands]) if (item := values.by_id(each))]
        odd = next((item for item, fit in kept if not fit), None)
        if odd is not None:
            errors.setdefault(
                field.key if field.key in changed else on.key, refusal(field, odd, None if _closed(entity, on, actor) else on, chosen)
            )
            continue
        settled: Any = sorted({item.id for item, _fit in kept}) if several else next((item.id for item, _fit in kept), stands)
        if settled != stands:
            field.set(record, settled)
            changed.add(field.key)


def _closed(entity: Entity, on: Field, actor: Actor) -> bool:
    return actor.right(entity.key, on.key) in ("hidden", "masked")


def _meant(values: Dictionary, item: Item, aboves: Dictionary, chosen: Item | None) -> tuple[Item, bool]:
    """The value, or its namesake that fits; and whether it does."""
    if fits(values, item, aboves, chosen):
        return item, True
    namesakes = (i for i in values.active() if i.id != item.id and fold(i.zh) == fold(item.zh))
    found = next((i for i in namesakes if fits(values, i, aboves, chosen)), None)
    return (found, True) if found is not None else (item, False)


def refusal(field: Field, item: Item, on: Field | None, chosen: Item | None) -> str:
    """Why a value does not fit; `on` is None where nothing may be said of the field above."""
    if on is None:
        return _("“%(value)s” of “%(field)s” is not offered for this record.") % {"field": field.label, "value": item.label}
    words = {"field": field.label, "value": item.label, "above": on.label, "chosen": chosen.label if chosen else _("empty")}
    return _("“%(value)s” of “%(field)s” is not offered where “%(above)s” is “%(chosen)s”.") % words


__all__ = ["above", "beneath", "fits", "pairs", "refusal", "settle"]
