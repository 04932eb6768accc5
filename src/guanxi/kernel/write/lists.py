"""What administrators do with choice lists: values come, are called otherwise, change places, are retired, and become one.

Each verb says who acts and is refused to whoever does not shape the company. Values are never deleted: a record keeps what it
bears, and its history what it bore. Who merges two values says that they have always meant the same: from the commit on the code
and the labels of the one stand for the other, and a job gives the records the value that stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db import connection
from django.db.models import Max
from django.utils.translation import gettext as _

from guanxi.kernel import dictionary, directory, lists, patience
from guanxi.kernel.actor import Actor
from guanxi.kernel.china import pinyin
from guanxi.kernel.china.width import fold
from guanxi.kernel.dictionary import DEEPEST, Item
from guanxi.kernel.fields.column import Keyed
from guanxi.kernel.lists import ListOf, Use
from guanxi.kernel.models import ChoiceList, DictionaryValue
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


def add(of: ListOf, zh: str, en: str, colour: str = "", parent: int | None = None, *, code: str = "", actor: Actor) -> int:
    """A new value at the end, by this code if it comes with one; its id. Raises Forbidden or Invalidated."""
    _shaping(of, actor)
    with unit(actor, DOOR):
        under = _above(of, parent)
        return _new(of, *_labels(of, zh, en, under), _colour(colour), under, code)


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
            if any(fold(zh) in (fold(i.zh), fold(i.en)) for i in of.items if i.parent == under):
                continue
            _new(of, *_labels(of, zh, en, under), "", under)
            came += 1
    return came, len(lines) - came


def open_to(of: ListOf, value: Item, departments: Iterable[int], *, actor: Actor) -> None:
    """Offer a value with all below it to the people of these departments only, or, of none, to everybody. Raises Forbidden or Invalidated."""
    _shaping(of, actor)
    wanted = sorted(set(departments))
    known = directory.branches(actor)
    if any(each not in known for each in wanted):
        raise Invalidated({"departments": _("Choose departments of the company.")})
    with unit(actor, DOOR):
        DictionaryValue.objects.filter(pk=value.id).update(departments=wanted)
        dictionary.clear()


def change(of: ListOf, value: Item, zh: str, en: str, colour: str, *, active: bool, default: bool, actor: Actor) -> None:
    """Other labels and colour; whether it is offered, and whether it is what a new record begins with. Raises Forbidden or Invalidated."""
    from guanxi.kernel.write import searching

    _shaping(of, actor, fixed=True)
    if of.dictionary.fixed and not active:
        raise Invalidated({"active": _("The product's own rules go by this list: its values can be called otherwise, but stay.")})
    with unit(actor, DOOR):
        zh, en = _labels(of, zh, en, value.parent, but=value)
        rows = DictionaryValue.objects.filter(dictionary=of.code)
        if default:
            root = of.dictionary.line(value)[0].parent
            rivals = [i.id for i in of.items if i.default and i.id != value.id and of.dictionary.line(i)[0].parent == root]
            rows.filter(pk__in=rivals).update(default=False)
        rows.filter(pk=value.id).update(zh=zh, en=en, colour=_colour(colour), active=active, default=default and active)
        dictionary.clear()
        if (zh, en) != (value.zh, value.en):
            searching.renamed(of, actor=actor)


def shift(of: ListOf, value: Item, *, up: bool, actor: Actor) -> None:
    """One place up or down among those of its level; at the end nothing happens. Raises Forbidden."""
    _shaping(of, actor, fixed=True)
    with unit(actor, DOOR):
        rows = _locked(of)
        level = [pk for pk in rows if _root_or(of, rows[pk].parent_id) == _root_or(of, value.parent)]
        _placed(rows, [pk for pk in rows if pk not in level] + shifted(level, value.id, up=up))


def order(of: ListOf, ids: list[int], *, actor: Actor) -> None:
    """Put these values in this order, in the places that they hold together. Raises Forbidden."""
    _shaping(of, actor, fixed=True)
    with unit(actor, DOOR):
        rows = _locked(of)
        named = iter([pk for pk in ids if pk in rows])
        among = set(ids)
        _placed(rows, [next(named) if pk in among else pk for pk in rows])


def move(of: ListOf, value: Item, parent: int | None, before: int | None = None, *, actor: Actor) -> None:
    """Below another value, or to the top; before one of those there, or at their end. Raises Forbidden or Invalidated.

    Under which value of the list above a whole branch is offered stays as it is when a value moves among the topmost.
    """
    _shaping(of, actor)
    with unit(actor, DOOR):
        rows = _locked(of)
        value = _standing(of, value)
        under = _above(of, parent)
        inside = of.dictionary.by_id(under)
        if inside is not None and inside.id in of.dictionary.below({value.id}):
            raise Invalidated({"parent": _("“%(name)s” cannot stand below itself.") % {"name": value.label}})
        _not_too_deep(of, value, inside)
        _labels(of, value.zh, value.en, under, but=value)
        DictionaryValue.objects.filter(pk=value.id).update(parent=under)
        order = [pk for pk in rows if pk != value.id]
        order.insert(order.index(before) if before in order else len(order), value.id)
        _placed(rows, order)


def hang(of: ListOf, above: str, *, actor: Actor) -> None:
    """Let what is offered be narrowed by the value of another list, or by none. Raises Forbidden or Invalidated.

    Values said to be offered under one of the former list are offered under all from now on.
    """
    _shaping(of, actor)
    if above and (lists.get(above) is None or above == of.code or of.code in _chain(above)):
        raise Invalidated({"above": _("Choose a list that does not hang on this one.")})
    if any(use.field.kind.depends_on for use in of.uses):  # type: ignore[attr-defined]
        raise Invalidated({"above": _("The product itself says on what this list hangs.")})
    if above == of.dictionary.under:
        return
    with unit(actor, DOOR):
        roots = [i.id for i in of.dictionary.items() if i.parent and of.dictionary.above(i) is None]
        DictionaryValue.objects.filter(pk__in=roots).update(parent=None)
        ChoiceList.objects.update_or_create(code=of.code, defaults={"above": above})
        dictionary.clear()


def _chain(code: str) -> list[str]:
    """The lists on which one hangs, the nearest first."""
    found: list[str] = []
    while (code := dictionary.Dictionary(code).under) and code not in found:
        found.append(code)
    return found


def _locked(of: ListOf) -> dict[int, DictionaryValue]:
    """The values as they are placed, nobody else placing them meanwhile."""
    found = DictionaryValue.objects.select_for_update().filter(dictionary=of.code, into=None)
    return {row.pk: row for row in sorted(found, key=lambda row: (row.position, row.pk))}


def _standing(of: ListOf, value: Item) -> Item:
    """A value as it stands now that nobody else moves or merges any of its list. Raises Invalidated."""
    dictionary.clear()
    found = of.dictionary.by_id(value.id)
    if found is None or found.into is not None:
        raise Invalidated({"into": _("Choose another value of the same list.")})
    return found


def _placed(rows: dict[int, DictionaryValue], order: list[int]) -> None:
    for place, pk in enumerate(order):
        if rows[pk].position != place:
            DictionaryValue.objects.filter(pk=pk).update(position=place)
    dictionary.clear()


def _root_or(of: ListOf, parent: int | None) -> int | None:
    """The value of the same list above, None at the top, whatever of another list stands there."""
    return parent if of.dictionary.by_id(parent) is not None else None


def _not_too_deep(of: ListOf, value: Item, inside: Item | None) -> None:
    if _height(of, value) + (len(of.dictionary.line(inside)) if inside else 0) > DEEPEST:
        raise Invalidated({"parent": _("A list has at most %(most)d levels.") % {"most": DEEPEST}})


def _height(of: ListOf, value: Item) -> int:
    """How many levels a value is with all that stands below it."""
    deepest = max(len(of.dictionary.line(i)) for i in of.items if i.id in of.dictionary.below({value.id}))
    return deepest - len(of.dictionary.line(value)) + 1


def _offered_alike(of: ListOf, value: Item, into: Item) -> bool:
    """Whether the same people may choose either value, by what it and those above it are kept to."""
    kept = [{frozenset(each.departments) for each in of.dictionary.line(item) if each.departments} for item in (value, into)]
    return kept[0] == kept[1]


def merge(of: ListOf, value: Item, into: Item, *, actor: Actor) -> None:
    """Say that a value is another one from now on; `repoint` does the rest. Raises Forbidden or Invalidated."""
    _shaping(of, actor)
    with unit(actor, DOOR):
        _locked(of)
        value, into = _standing(of, value), _standing(of, into)
        _mergeable(of, value, into)
        DictionaryValue.objects.filter(parent=value.id).update(parent=into.id)
        DictionaryValue.objects.filter(into=value.id).update(into=into.id)
        if value.default:
            DictionaryValue.objects.filter(pk=into.id).update(default=True, active=True)
        DictionaryValue.objects.filter(pk=value.id).update(into=into.id, active=False, default=False)
        dictionary.clear()


def _mergeable(of: ListOf, value: Item, into: Item) -> None:
    """Raises Invalidated where one value cannot become the other."""
    if into.id == value.id:
        raise Invalidated({"into": _("Choose another value of the same list.")})
    if not alike(of, value, into):
        raise Invalidated({"into": _("These two mean different things to the product. Choose one of the same kind.")})
    if not _offered_alike(of, value, into):
        raise Invalidated({"into": _("These two are offered to different departments. Offer both to the same ones first.")})
    if _height(of, value) - 1 + len(of.dictionary.line(into)) > DEEPEST:
        raise Invalidated({"into": _("A list has at most %(most)d levels.") % {"most": DEEPEST}})


def alike(of: ListOf, value: Item, into: Item) -> bool:
    """Whether one value may become the other: the product's rules and the list above make no difference, and it does not stand below."""
    roots = [of.dictionary.line(each)[0].parent for each in (value, into)]
    return dict(value.extra) == dict(into.extra) and roots[0] == roots[1] and into.id not in of.dictionary.below({value.id})


def repoint(of: ListOf, value: int, into: int, *, actor: Actor) -> Iterator[int]:
    """Give records that bear one value the other, the recycle bin included: at each step a portion that commits for itself."""
    for use in of.uses:
        while done := _portion(use, value, into, actor):
            yield done


def bearing(of: ListOf, value: int) -> int:
    """How many records still bear a value, the recycle bin included."""
    found = 0
    with connection.cursor() as cursor:
        patience.unhurried()
        for use in of.uses:
            cursor.execute(
                f'SELECT count(*) FROM "{use.table}" WHERE {_changed(use)[1]}', {"old": value, "new": value, "key": use.field.key}
            )
            found += cursor.fetchone()[0]
    return found


def _portion(use: Use, value: int, into: int, actor: Actor) -> int:
    from guanxi.kernel.write import searching

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
        searching.follow(use.entity, use.field, ids)
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


def _new(of: ListOf, zh: str, en: str, colour: str, parent: int | None, code: str = "") -> int:
    if code and (len(code) > LONGEST_CODE or any(c.isspace() or not c.isprintable() for c in code) or of.dictionary.by_code(code)):
        raise Invalidated({"code": _("“%(code)s” cannot be the code of a new value.") % {"code": code[:LONGEST_CODE]}})
    rows = DictionaryValue.objects.filter(dictionary=of.code)
    last = rows.aggregate(last=Max("position"))["last"]
    row = DictionaryValue.objects.create(
        dictionary=of.code,
        code=code or _code(of, zh, en),
        zh=zh,
        en=en,
        colour=colour,
        parent_id=parent,
        position=-1 if last is None else last + 1,
    )
    dictionary.clear()
    return int(row.pk)


def _code(of: ListOf, zh: str, en: str) -> str:
    """What addresses and the API call it: its English label, else its pinyin, in letters and digits."""
    text = (en if en != zh and en.isascii() else "".join(pinyin.syllables(zh))).lower()
    plain = "_".join("".join(c if c.isascii() and c.isalnum() else " " for c in text).split())[: LONGEST_CODE - 5] or "value"
    taken = set(DictionaryValue.objects.filter(dictionary=of.code, code__startswith=plain).values_list("code", flat=True))
    return next(code for n in range(1, len(taken) + 3) if (code := plain if n == 1 else f"{plain}_{n}") not in taken)


def _labels(of: ListOf, zh: str, en: str, parent: int | None, but: Item | None = None) -> tuple[str, str]:
    """As they are kept; no other value beside it bears one of them. Raises Invalidated."""
    zh, en = (" ".join(text.replace("\x00", "").split()) for text in (zh, en))
    en = en or zh
    if not zh or len(zh) > LONGEST or len(en) > LONGEST:
        raise Invalidated({"zh": _("Give the value a name of at most %(most)d characters.") % {"most": LONGEST}})
    for item in of.items:
        if item.parent == parent and (but is None or item.id != but.id) and {fold(zh), fold(en)} & {fold(item.zh), fold(item.en)}:
            raise Invalidated({"zh": _("There is a value “%(name)s” in this list already.") % {"name": item.label}})
    return zh, en


def _colour(colour: str) -> str:
    return colour if colour in COLOURS else ""


def _above(of: ListOf, parent: int | None) -> int | None:
    """The value below which one stands, or that of the list above under which it is offered."""
    inside, above = of.dictionary.by_id(parent), of.above
    if inside is not None:
        if inside.into is not None or of.dictionary.fixed:
            raise Invalidated({"parent": _("Choose another value of the same list.")})
        if len(of.dictionary.line(inside)) >= DEEPEST:
            raise Invalidated({"parent": _("A list has at most %(most)d levels.") % {"most": DEEPEST}})
        return inside.id
    if above is None or parent is None:
        return None
    if above.dictionary.by_id(parent) is None:
        raise Invalidated({"parent": _("Choose a value of “%(list)s”.") % {"list": above.label}})
    return parent


__all__ = [
    "COLOURS",
    "add",
    "add_lines",
    "alike",
    "bearing",
    "change",
    "hang",
    "may_shape",
    "merge",
    "move",
    "open_to",
    "order",
    "repoint",
    "shift",
]
