"""What administrators do with choice lists: values come, are called otherwise, change places, are retired, and become one.

Each verb says who acts and is refused to whoever does not shape the company. Values are never deleted: a record keeps what it
bears, and its history what it bore. Who merges two values says that they have always meant the same: from the commit on the code
and the labels of the one stand for the other, and a job gives the records the value that stays.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from django.db.models import Max
from django.utils.translation import gettext as _

from guanxi.kernel import dictionary, patience
from guanxi.kernel.actor import Actor
from guanxi.kernel.china import pinyin
from guanxi.kernel.china.width import fold
from guanxi.kernel.dictionary import Item
from guanxi.kernel.fields.column import Keyed
from guanxi.kernel.lists import ListOf, Use
from guanxi.kernel.models import DictionaryValue
from guanxi.kernel.ordering import shifted
from guanxi.kernel.write import after
from guanxi.kernel.write.errors import Forbidden, Invalidated
from guanxi.kernel.write.unit import unit

DOOR = "administration"
#: Colours of a tag, as the declarations name them.
COLOURS = ("", "b", "g", "a", "r", "v")
LONGEST, LONGEST_CODE = 120, 60
#: Values that one may add at once, and records that get another value in one transaction.
MOST, PORTION = 500, 1_000


def may_shape(actor: Actor) -> bool:
    """Whether somebody looks after the lists of the company."""
    return actor.shapes or actor.administers or actor.system


def add(of: ListOf, zh: str, en: str, colour: str = "", parent: int | None = None, *, actor: Actor) -> int:
    """A new value at the end; its id. Raises Forbidden or Invalidated."""
    _shaping(of, actor)
    with unit(actor, DOOR):
        return _new(of, *_labels(of, zh, en), _colour(colour), _above(of, parent))


def add_lines(of: ListOf, text: str, parent: int | None = None, *, actor: Actor) -> tuple[int, int]:
    """New values from lines of “中文,English”; how many came and how many stood there already. Raises Forbidden or Invalidated."""
    _shaping(of, actor)
    lines = [line.replace("，", ",").replace("\t", ",") for line in text.splitlines() if line.strip()]
    if len(lines) > MOST:
        raise Invalidated({"lines": _("That is %(n)d lines. Add at most %(most)d at once.") % {"n": len(lines), "most": MOST}})
    came = 0
    with unit(actor, DOOR):
        under = _above(of, parent)
        for line in lines:
            zh, _comma, en = line.partition(",")
            if any(fold(zh) in (fold(i.zh), fold(i.en)) for i in of.items):
                continue
            _new(of, *_labels(of, zh, en), "", under)
            came += 1
    return came, len(lines) - came


def change(of: ListOf, value: Item, zh: str, en: str, colour: str, *, active: bool, default: bool, actor: Actor) -> None:
    """Other labels and colour; whether it is offered, and whether it is what a new record begins with. Raises Forbidden or Invalidated."""
    _shaping(of, actor, fixed=True)
    if of.dictionary.fixed and not active:
        raise Invalidated({"active": _("The product's own rules go by this list: its values can be called otherwise, but stay.")})
    with unit(actor, DOOR):
        zh, en = _labels(of, zh, en, but=value)
        rows = DictionaryValue.objects.filter(dictionary=of.code)
        if default:
            rows.exclude(pk=value.id).filter(default=True, parent=value.parent).update(default=False)
        rows.filter(pk=value.id).update(zh=zh, en=en, colour=_colour(colour), active=active, default=default and active)
        dictionary.clear()


def shift(of: ListOf, value: Item, *, up: bool, actor: Actor) -> None:
    """One place up or down; at the end nothing happens. Raises Forbidden."""
    _shaping(of, actor, fixed=True)
    with unit(actor, DOOR):
        rows = {row.pk: row for row in DictionaryValue.objects.select_for_update().filter(dictionary=of.code, into=None)}
        known = sorted(rows, key=lambda pk: (rows[pk].position, pk))
        for place, pk in enumerate(shifted(known, value.id, up=up)):
            if rows[pk].position != place:
                DictionaryValue.objects.filter(pk=pk).update(position=place)
        dictionary.clear()


def merge(of: ListOf, value: Item, into: Item, *, actor: Actor) -> None:
    """Say that a value is another one from now on; `repoint` does the rest. Raises Forbidden or Invalidated."""
    _shaping(of, actor)
    if into.id == value.id or into.into is not None or value.into is not None:
        raise Invalidated({"into": _("Choose another value of the same list.")})
    if dict(value.extra) != dict(into.extra) or value.parent != into.parent:
        raise Invalidated({"into": _("These two mean different things to the product. Choose one of the same kind.")})
    with unit(actor, DOOR):
        DictionaryValue.objects.filter(parent=value.id).update(parent=into.id)
        DictionaryValue.objects.filter(into=value.id).update(into=into.id)
        if value.default:
            DictionaryValue.objects.filter(pk=into.id).update(default=True, active=True)
        DictionaryValue.objects.filter(pk=value.id).update(into=into.id, active=False, default=False)
        dictionary.clear()


def repoint(of: ListOf, value: int, into: int, *, actor: Actor) -> Iterator[int]:
    """Give records that bear one value the other, the recycle bin included: at each step a portion that commits for itself."""
    for use in of.uses:
        while done := _portion(use, value, into, actor):
            yield done


def _portion(use: Use, value: int, into: int, actor: Actor) -> int:
    changed, others = _changed(use)
    with unit(actor, DOOR, verb="") as u, connection.cursor() as cursor:
        patience.unhurried()
        values: dict[str, int | str] = {"old": value, "new": into, "key": use.field.key}
        cursor.execute(
            f'WITH portion AS (SELECT id FROM "{use.table}" WHERE {others} ORDER BY id LIMIT {PORTION} FOR NO KEY UPDATE) '
            f'UPDATE "{use.table}" t SET {changed}, version = t.version + 1 FROM portion WHERE t.id = portion.id RETURNING t.id',
            values,
        )
        ids = sorted(row[0] for row in cursor.fetchall())
        after.announce(u, use.entity, ids, "updated", {"keys": [use.field.key]})
        return len(ids)


def _changed(use: Use) -> tuple[str, str]:
    """The SET of a portion, and the condition by which its rows are found."""
    column, exchanged = use.field.column, "DISTINCT CASE v WHEN %(old)s THEN %(new)s ELSE v END"
    if isinstance(column, Keyed):
        if not use.several:
            bears = "custom @> jsonb_build_object(%(key)s::text, %(old)s::bigint)"
            return "custom = jsonb_set(custom, ARRAY[%(key)s::text], to_jsonb(%(new)s::bigint))", bears
        several = f"(SELECT jsonb_agg({exchanged}) FROM {use.unnested} AS each(v))"
        return f"custom = jsonb_set(custom, ARRAY[%(key)s::text], {several})", "custom -> %(key)s::text @> to_jsonb(%(old)s::bigint)"
    path = column.path
    if use.several:
        return f'"{path}" = (SELECT array_agg({exchanged}) FROM unnest("{path}") AS each(v))', f'"{path}" @> ARRAY[%(old)s]::integer[]'
    return f'"{path}" = %(new)s', f'"{path}" = %(old)s'


def _shaping(of: ListOf, actor: Actor, *, fixed: bool = False) -> None:
    if not may_shape(actor):
        raise Forbidden(_("Only those who look after the company's lists may do this."))
    if of.dictionary.fixed and not fixed:
        raise Invalidated(
            {"list": _("The product's own rules go by this list: its values can be called otherwise, but none comes or goes.")}
        )


def _new(of: ListOf, zh: str, en: str, colour: str, parent: int | None) -> int:
    rows = DictionaryValue.objects.filter(dictionary=of.code)
    last = rows.aggregate(last=Max("position"))["last"]
    row = DictionaryValue.objects.create(
        dictionary=of.code, code=_code(of, zh, en), zh=zh, en=en, colour=colour, parent_id=parent, position=-1 if last is None else last + 1
    )
    dictionary.clear()
    return int(row.pk)


def _code(of: ListOf, zh: str, en: str) -> str:
    """What addresses and the API call it: its English label, else its pinyin, in letters and digits."""
    text = (en if en != zh and en.isascii() else "".join(pinyin.syllables(zh))).lower()
    plain = "_".join("".join(c if c.isascii() and c.isalnum() else " " for c in text).split())[: LONGEST_CODE - 5] or "value"
    taken = set(DictionaryValue.objects.filter(dictionary=of.code, code__startswith=plain).values_list("code", flat=True))
    return next(code for n in range(1, len(taken) + 3) if (code := plain if n == 1 else f"{plain}_{n}") not in taken)


def _labels(of: ListOf, zh: str, en: str, but: Item | None = None) -> tuple[str, str]:
    zh, en = (" ".join(text.replace("\x00", "").split()) for text in (zh, en))
    en = en or zh
    if not zh or len(zh) > LONGEST or len(en) > LONGEST:
        raise Invalidated({"zh": _("Give the value a name of at most %(most)d characters.") % {"most": LONGEST}})
    for item in of.items:
        if (but is None or item.id != but.id) and {fold(zh), fold(en)} & {fold(item.zh), fold(item.en)}:
            raise Invalidated({"zh": _("There is a value “%(name)s” in this list already.") % {"name": item.label}})
    return zh, en


def _colour(colour: str) -> str:
    return colour if colour in COLOURS else ""


def _above(of: ListOf, parent: int | None) -> int | None:
    """The value of the list above under which a new one is offered."""
    above = of.above
    if above is None or parent is None:
        return None
    if above.dictionary.by_id(parent) is None:
        raise Invalidated({"parent": _("Choose a value of “%(list)s”.") % {"list": above.label}})
    return parent


__all__ = ["COLOURS", "add", "add_lines", "change", "may_shape", "merge", "repoint", "shift"]
