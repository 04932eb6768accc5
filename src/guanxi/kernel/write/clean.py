"""From what a door gave to values on a record: rights, parsing, what follows from a change, rules, uniqueness."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from guanxi.kernel import dependence, directory, disclosure, own_unique, reckoned, ruled
from guanxi.kernel.actor import Actor
from guanxi.kernel.china import names, pinyin, width
from guanxi.kernel.currency import CURRENCIES, base_amount
from guanxi.kernel.entity import Entity, Unique
from guanxi.kernel.fields.base import Invalid, Reader
from guanxi.kernel.fields.money import BASE_CURRENCY
from guanxi.kernel.write import review
from guanxi.kernel.write.unit import current

#: Doors of people at a form, and of what they sent to be agreed to.
BY_HAND = ("form", "cell", "review")


def parse(entity: Entity, values: Mapping[str, Any], reader: Reader, record: Any = None) -> tuple[dict[str, Any], dict[str, str]]:
    """Parsed values and messages by field key. A field that may not be set is refused, never silently dropped.

    What stands on `record` already may stay there, though the reader could not choose it.
    """
    sheet = reader.sheet(entity)
    writable, visible = sheet.writable, sheet.visible
    parsed: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for key, raw in values.items():
        field = writable.get(key)
        if field is None:
            known = key in visible
            errors[key] = _("“%(name)s” cannot be set.") % {"name": visible[key].label if known else key}
            continue
        try:
            present = field.value(record) if record is not None else None
            parsed[key] = present if field.kind.stays(raw, present) else field.kind.parse(raw, reader)
        except Invalid as error:
            errors[key] = str(error)
    return parsed, errors


def currencies(
    entity: Entity, record: Any, values: Mapping[str, Any], errors: dict[str, str], reader: Reader
) -> tuple[dict[str, Any], dict[str, str]]:
    """Take the `<amount>_currency` keys out of the values: the other values, and a currency code by amount.

    Whoever may not set the amount may not set its currency either: such a key stays among the values, to be refused.
    """
    rest, codes = dict(values), {}
    writable = reader.sheet(entity).writable
    for key in values:
        amount = key.removesuffix("_currency")
        if key == amount or amount not in writable or not hasattr(record, key):
            continue
        code = str(rest.pop(key) or BASE_CURRENCY).upper()
        if CURRENCIES.by_code(code) is None:
            errors[amount] = _("“%(code)s” is no currency that is set up.") % {"code": code}
        else:
            codes[amount] = code
    return rest, codes


def assign_currencies(record: Any, codes: Mapping[str, str]) -> set[str]:
    """Put the currencies on the record; returns the amounts whose currency is another now."""
    moved = {amount for amount, code in codes.items() if getattr(record, f"{amount}_currency") != code}
    for amount in moved:
        setattr(record, f"{amount}_currency", codes[amount])
    return moved


def assign(entity: Entity, record: Any, parsed: Mapping[str, Any]) -> set[str]:
    """Put parsed values on the record; returns the keys whose value differs from before.

    A field that is not asked for in a record as it then is keeps what it held.
    """
    changed, former = set(), {}
    for key, value in parsed.items():
        field = entity.fields[key]
        before = field.value(record)
        if before != value:
            former[key] = copy(before)
            field.set(record, value)
            changed.add(key)
    for key in changed & ruled.of(entity).keys():
        if not ruled.shown(ruled.of(entity)[key], record):
            entity.fields[key].set(record, former[key])
            changed.discard(key)
    return changed


def check(entity: Entity, record: Any, changed: set[str], errors: dict[str, str], *, creating: bool, actor: Actor) -> None:
    """Required fields and the entity's own rules; an update answers only for what it changes."""
    for key, field in ruled.required(entity, record, changed, creating=creating).items():
        if field.kind.name == "image" and not _by_hand():
            continue  # a table or a program brings no picture along
        errors.setdefault(key, _("Fill in “%(name)s”.") % {"name": field.label})
    if entity.parent and not creating and "owner" in changed and entity.fields[entity.parent].value(record):
        words = {"parent": entity.fields[entity.parent].label}
        errors["owner"] = _("The owner is that of “%(parent)s”. Hand that over, and this follows.") % words
    elif (creating or "owner" in changed) and (gone := owner_gone(entity, record)):
        errors.setdefault("owner", gone)
    _pictured(entity, record, changed, errors, actor)
    entity.validate(record, changed, errors)
    dependence.settle(entity, record, changed, errors, creating=creating, actor=actor)


def _by_hand() -> bool:
    """Whether somebody enters this in a form, or entered it there."""
    at_work = current()
    return at_work is not None and at_work.door in BY_HAND


def _pictured(entity: Entity, record: Any, changed: set[str], errors: dict[str, str], actor: Actor) -> None:
    """A field shows a picture of its own record that whoever writes may see, and no other file."""
    from guanxi.kernel import attachments

    for key in changed:
        field = entity.fields[key]
        number = field.value(record) if field.kind.name == "image" else None
        place = record.id if isinstance(record.id, int) else attachments.NOWHERE
        if number and not attachments.shows(entity.key, place, number, key, actor):
            errors.setdefault(key, _("This is no picture among the files of the record. Upload it there first."))


def owner_gone(entity: Entity, record: Any) -> str:
    """Why the record's owner cannot be given it, if he cannot; that of a child is its parent's, whoever that is."""
    if entity.parent and entity.fields[entity.parent].value(record):
        return ""
    owner = directory.people().get(record.owner_id or 0)
    if owner is None or owner.active:
        return ""
    return _("%(name)s no longer works here. Choose somebody who does.") % {"name": owner.name}


def stamp(entity: Entity, record: Any, reader: Reader | None = None) -> None:
    """Owner and department of a child follow its parent; of others, the department follows the owner."""
    if entity.parent:
        parent = entity.fields[entity.parent]
        value = parent.value(record)
        if value:
            target = parent.kind.target  # type: ignore[attr-defined]
            row = reader.stamps.get((target.key, value)) if reader else None
            row = row or target.objects.filter(id=value).values_list("owner_id", "department_id").first()
            if row:
                record.owner_id, record.department_id = row
                return
    owner = directory.people().get(record.owner_id or 0)
    record.department_id = owner.department if owner else None


def derive(entity: Entity, record: Any, stored: Mapping[str, Any] | None = None) -> list[str]:
    """Recompute the stored columns that follow from others; returns their names.

    What follows from one column alone is left as it is where that is as `stored`, values by column.
    """

    def stands(column: str) -> bool:
        return stored is not None and column in stored and stored[column] == getattr(record, column)

    names = []
    for unique in entity.unique:
        if callable(unique.normalise) or not stands(unique.field):
            setattr(record, unique.column, unique_key(unique, record))
        names.append(unique.column)
    if entity.title in entity.sorts:
        if not stands(entity.title):
            setattr(record, f"{entity.title}_sort", pinyin.sort_key(str(getattr(record, entity.title))))
        names.append(f"{entity.title}_sort")
    for key, field in entity.fields.items():
        if field.kind.name == "money" and hasattr(record, f"{key}_base"):
            setattr(record, f"{key}_base", base_amount(getattr(record, key), getattr(record, f"{key}_currency")))
            names += [f"{key}_base", f"{key}_currency"]
    entity.settle(record)
    reckoned.settle(entity, record)
    return [*names, *entity.settled]


def unique_key(unique: Unique, record: Any) -> str | None:
    """The normalised value, or None where the record claims none."""
    if callable(unique.normalise):
        return unique.normalise(record)
    text = str(getattr(record, unique.field) or "")
    return (names.normalise(text) if unique.normalise == "company" else width.fold(text)) or None


def rivals(entity: Entity, records: list[Any], stored: Mapping[int, Mapping[str, Any]] | None = None) -> dict[tuple[str, str], int]:
    """(unique field, value) → id of another live record that holds it, minus a draft's number where one waits with it.

    One query a unique field; what a record held before, by `stored`, it holds on.
    """
    taken: dict[tuple[str, str], int] = {}
    own = {r.id for r in records}
    for unique in entity.unique:
        held = {} if stored is None else {i: values[unique.column] for i, values in stored.items()}
        wanted = {v for r in records if (v := getattr(r, unique.column)) and v != held.get(r.id)}
        if not wanted:
            continue
        with connection.cursor() as cursor:
            cursor.execute(
                _HELD.format(table=entity.table, column=unique.column),
                [list(wanted), entity.key, unique.field, list(wanted), [i for i in own if isinstance(i, int)]],
            )
            for value, holder in cursor.fetchall():
                if holder not in own:
                    taken[unique.field, value] = max(holder, taken.get((unique.field, value), holder))
    return taken | own_unique.rivals(entity, records, stored)


#: Arrays, for a list of a thousand values would be a thousand parameters.
_HELD = """
SELECT "{column}", id FROM "{table}" WHERE deleted_at IS NULL AND "{column}" = ANY(%s)
UNION ALL SELECT value, -draft FROM kernel_hold
WHERE entity = %s AND field = %s AND value = ANY(%s) AND (record IS NULL OR record <> ALL(%s::bigint[]))
"""


def taken_messages(entity: Entity, taken: Mapping[tuple[str, str], int], actor: Actor) -> dict[tuple[str, str], str]:
    """A message by (unique field, value): what the duplicate check would tell this person of the record in the way."""
    told = disclosure.told(entity, {holder for holder in taken.values() if holder > 0}, actor)
    waiting = {place: review.waiting_words(entity, place[0]) for place, holder in taken.items() if holder < 0}
    return waiting | {
        place: _("“%(field)s” is taken by “%(name)s”, owned by %(owner)s.")
        % {
            "field": entity.fields[place[0]].label,
            "name": told[holder].title,
            "owner": told[holder].owner or _("nobody (public pool)"),
        }
        if holder in told
        else _("“%(field)s” is taken already.") % {"field": entity.fields[place[0]].label}
        for place, holder in taken.items()
        if holder > 0
    }
