"""The list in groups: by a choice, a person, a department, a record, a province or a period, with counts, sums and what was won.

One grouped query reads it, whatever the list's size; a click on a group is the list of its records. Nothing is declared for
it. Records of others that this person may not see give no groups of their own: what belongs to them is counted in one line.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Count, DateField, F, IntegerField, Q, Sum, Value, When
from django.db.models.functions import Cast, TruncMonth, TruncQuarter, TruncYear
from django.db.models.lookups import In
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.kernel import patience, statement
from guanxi.kernel.actor import Actor
from guanxi.kernel.china import regions
from guanxi.kernel.condition import period
from guanxi.kernel.dictionary import Dictionary
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field, Reader
from guanxi.kernel.fields.money import BASE_CURRENCY
from guanxi.kernel.window import Window
from guanxi.surfaces.pages import almanac, shapes
from guanxi.surfaces.pages.frame import reader_of
from guanxi.surfaces.pages.totals import HUNDRED, summand
from guanxi.surfaces.pages.totals import shown as as_shown

if TYPE_CHECKING:
    from guanxi.kernel.query import Rows
    from guanxi.surfaces.pages.listing import State

#: So many groups are shown, the largest or, of periods, the latest.
MOST = 200
#: A province is the first two of a region's six digits.
PROVINCE = 10_000
_BEGINNINGS = {"month": TruncMonth, "quarter": TruncQuarter, "year": TruncYear}


@dataclass(frozen=True)
class Figures:
    """What a group counts and adds up to; `won` and `lost` count what was decided, `gained` adds up what was won."""

    count: int = 0
    sum: Any = None
    won: int = 0
    lost: int = 0
    gained: Any = None

    def __sub__(self, other: Figures) -> Figures:
        gone = Figures(-other.count, _minus(other.sum), -other.won, -other.lost, _minus(other.gained))
        return self + gone

    def __add__(self, other: Figures) -> Figures:
        return Figures(
            self.count + other.count,
            _plus(self.sum, other.sum),
            self.won + other.won,
            self.lost + other.lost,
            _plus(self.gained, other.gained),
        )

    @property
    def rate(self) -> str:
        """Of what was decided, the share that was won; empty where nothing was."""
        decided = self.won + self.lost
        return f"{self.won / decided:.2%}" if decided else ""


def _plus(one: Any, other: Any) -> Any:
    return other if one is None else one if other is None else one + other


def _minus(one: Any) -> Any:
    return None if one is None else -one


@dataclass(frozen=True)
class Groups:
    """A list in groups as this person sees it."""

    entity: Entity
    field: Field
    period: str
    reader: Reader
    amount: str
    won: tuple[int, ...]
    lost: tuple[int, ...]

    @property
    def top(self) -> bool:
        """Whether values of a tree are counted under the topmost ones."""
        return self.period == shapes.TOP

    @property
    def ends(self) -> bool:
        """Whether records are won and lost, and the groups are not themselves the stages."""
        return bool(self.won and self.lost) and self.field.key != self.entity.stage

    def read(self, window: Window) -> list[tuple[Any, Figures]]:
        """(value, figures) of at most `MOST` + 1 groups, periods latest first, others by amount and count. Raises TooMuch."""
        with patience.within():
            rows = window.read(("groups", *self._key()), self._grouped)
        return [(value, Figures(*figures)) for value, *figures in rows]

    def whole(self, window: Window) -> Figures:
        """The figures of all of it. Raises TooMuch."""

        def all_of_it(rows: Rows) -> statement.Statement:
            one = rows.order_by().annotate(_group=Value(0, output_field=IntegerField())).values("_group")
            return statement.compiled(self._figures(one).values_list("n", "s", "w", "l", "g"))

        with patience.within():
            found = window.read(("whole", *self._key()), all_of_it)
        return Figures(*found[0]) if found else Figures()

    def _key(self) -> tuple[Hashable, ...]:
        return (self.field.key, self.period, self.amount, self.won, self.lost)

    def _grouped(self, rows: Rows) -> statement.Statement:
        found = self._figures(rows.order_by().annotate(_group=self._value()).values("_group"))
        order = (
            [F("_group").desc(nulls_last=True)]
            if self.period and not self.top
            else [F("s").desc(nulls_last=True), F("n").desc(), F("_group").asc()]
        )
        return statement.compiled(found.order_by(*order).values_list("_group", "n", "s", "w", "l", "g")[: MOST + 1])

    def _figures(self, grouped: Any) -> Any:
        total = summand(self.entity, self.amount, self.reader.actor) if self.amount else None
        added = Value(None, output_field=IntegerField())
        if not self.ends:
            none = Value(0, output_field=IntegerField())
            return grouped.annotate(n=Count("id"), s=added if total is None else Sum(total), w=none, l=none, g=added)
        stage = self.entity.fields[self.entity.stage].column.path
        won, lost = (Q(**{f"{stage}__in": ids}) for ids in (self.won, self.lost))
        return grouped.annotate(
            n=Count("id"),
            s=added if total is None else Sum(total),
            w=Count("id", filter=won),
            l=Count("id", filter=lost),
            g=added if total is None else Sum(total, filter=won),
        )

    def _value(self) -> Any:
        stored = self.field.column.expression()
        if self.top:
            return _topmost(self.field, stored)
        if self.field.kind.name == "region":
            return stored / Value(PROVINCE)
        if not self.period:
            return stored
        if self.field.kind.name == "datetime":
            return Cast(_BEGINNINGS[self.period](stored, tzinfo=timezone.get_default_timezone()), DateField())
        return _BEGINNINGS[self.period](stored, output_field=DateField())


def _topmost(field: Field, stored: Any) -> Any:
    """SQL of the topmost value above the one that a record bears."""
    known: Dictionary = field.kind.dictionary  # type: ignore[attr-defined]
    places: dict[int, list[int]] = {}
    for item in known.items():
        if known.above(item) is not None:
            places.setdefault(known.line(item)[0].id, []).append(item.id)
    cases = [When(condition=Q(In(stored, ids)), then=Value(top)) for top, ids in places.items()]
    return Case(*cases, default=stored, output_field=IntegerField())


def groups_of(entity: Entity, by: str, reader: Reader) -> Groups:
    """The groups over what `shapes.groupings` offers as `by`."""
    key, _dot, unit = by.partition(".")
    won, lost = _ends(entity, reader.actor)
    return Groups(entity, entity.fields[key], unit, reader, shapes.amount(entity, reader.actor), won, lost)


def _ends(entity: Entity, actor: Actor) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The ids of the stages in which a record is won, and lost; none where this person does not read the stage."""
    stage = shapes.readable(entity, actor).get(entity.stage) if entity.stage else None
    if stage is None:
        return (), ()
    items = stage.kind.dictionary.items()  # type: ignore[attr-defined]
    found = {end: tuple(i.id for i in items if i.extra.get("outcome") == end) for end in ("won", "lost")}
    return found["won"], found["lost"]


def render_groups(request: HttpRequest, state: State) -> dict[str, Any]:
    """The context of `pages/groups.html`. Raises ConditionError."""
    from guanxi.surfaces.pages import listing

    reader = reader_of(request)
    shown, window = groups_of(state.entity, state.by, reader), listing.window_of(state, reader.actor)
    offered = shapes.groupings(state.entity, reader.actor)
    context: dict[str, Any] = {
        "groups": shown,
        "groups_by": offered[state.by],
        "groups_fields": [(label, state.address(by=code, at=""), code == state.by) for code, label in offered.items()],
        "groups_amount": shown.entity.fields[shown.amount].label if shown.amount else "",
        "groups_note": _("In %(currency)s.") % {"currency": BASE_CURRENCY} if shown.amount else "",
        "groups_too_much": False,
    }
    try:
        found = shown.read(window)
        cut, found = len(found) > MOST, found[:MOST]
        added = sum((figures for _value, figures in found), Figures())
        whole = shown.whole(window) if cut else added
    except patience.TooMuch:
        return {**context, "groups_too_much": True, "groups_lines": [], "groups_whole": None, "groups_cut": 0}
    drawn = lines(state, shown, found, whole)
    if cut:
        drawn.append(line(shown, _("All others"), "", whole - added, whole))
    return {**context, "groups_lines": drawn, "groups_whole": line(shown, "", "", whole, whole), "groups_cut": MOST if cut else 0}


def lines(state: State, shown: Groups, found: Sequence[tuple[Any, Figures]], whole: Figures) -> list[dict[str, Any]]:
    """A line for each group, choices in their own order; what is not to be named is one line."""
    values = [value for value, _figures in found if value is not None]
    names, there = _names(shown, values), _there(shown, values)
    unnamed, made = Figures(), []
    for value, figures in _ordered(shown, found):
        if value is not None and value not in names:
            unnamed += figures
            continue
        where = _condition(shown, value) if value is None or value in there else []
        made.append(line(shown, names.get(value, _("Not set")), address(state, where) if where else "", figures, whole))
    return [*made, line(shown, _("Not visible to you"), "", unnamed, whole)] if unnamed.count else made


def line(shown: Groups, label: str, url: str, figures: Figures, whole: Figures) -> dict[str, Any]:
    """A group as the table draws it."""
    amount = shown.entity.fields[shown.amount] if shown.amount else None
    return {
        "label": label,
        "url": url,
        "count": f"{figures.count:,}",
        "share": round(HUNDRED * figures.count / whole.count, 1) if whole.count else 0,
        "sum": as_shown(amount, figures.sum) if amount else "",
        "won": f"{figures.won:,}",
        "lost": f"{figures.lost:,}",
        "rate": figures.rate,
        "gained": as_shown(amount, figures.gained) if amount else "",
    }


def _ordered(shown: Groups, found: Sequence[tuple[Any, Figures]]) -> Sequence[tuple[Any, Figures]]:
    if shown.field.kind.name != "choice":
        return found
    places = {item.id: place for place, item in enumerate(shown.field.kind.dictionary.items())}  # type: ignore[attr-defined]
    return sorted(found, key=lambda group: places.get(group[0], len(places)))


def _names(shown: Groups, values: list[Any]) -> dict[Any, str]:
    """What each group is called; records that this person may not see have no name."""
    kind, reader = shown.field.kind, shown.reader
    if shown.period and not shown.top:
        return {value: _period_words(shown.period, value) for value in values}
    if kind.name == "region":
        return {value: regions.label(f"{value:02d}0000") for value in values}
    if kind.name == "lookup":
        return {value: title or "—" for value, title in kind.titles(values, reader).items()}  # type: ignore[attr-defined]
    if kind.name == "choice":
        known = {item.id: item for item in kind.dictionary.items()}  # type: ignore[attr-defined]
        return {value: kind.dictionary.path(known[value]) if value in known else "—" for value in values}  # type: ignore[attr-defined]
    return {value: kind.text(value, reader) or "—" for value in values}


def _there(shown: Groups, values: list[Any]) -> set[Any]:
    """The values that a condition can name: not records in the recycle bin, nor people and departments that are not to be chosen."""
    kind, actor = shown.field.kind, shown.reader.actor
    if kind.name == "lookup":
        return set(kind.target.rows(actor).filter(id__in=values).values_list("id", flat=True))  # type: ignore[attr-defined]
    if kind.name in ("person", "department"):
        return set(values) & set(kind.choices(shown.reader))  # type: ignore[attr-defined]
    if kind.name == "choice":
        return set(values) & {item.id for item in kind.dictionary.items()}  # type: ignore[attr-defined]
    return set(values)


def _period_words(unit: str, first: date) -> str:
    if unit == "month":
        return almanac.month_words(first)
    quarter = (first.month + 2) // 3
    return _("%(year)d Q%(quarter)d") % {"year": first.year, "quarter": quarter} if unit == "quarter" else str(first.year)


def _condition(shown: Groups, value: Any) -> list[Any]:
    """The condition that leaves the records of a group; none where there is no way to say it."""
    key, kind = shown.field.key, shown.field.kind
    if value is None:
        return [key, "empty"] if "empty" in kind.operators else []
    if shown.top:
        return [key, "within", kind.json(value)]
    if shown.period:
        return [key, "between", [value.isoformat(), period.last_day(shown.period, value).isoformat()]]
    if kind.name == "region":
        return [key, "in", [f"{value:02d}0000"]]
    return [key, "is", kind.json(value) if kind.name == "choice" else value]


def address(state: State, where: list[Any]) -> str:
    """The list of the records of a group: the list's own condition, and the group's."""
    kept = state.where[1:] if state.where and state.where[0] == "and" else [state.where] if state.where else []
    both = ["and", *kept, where] if kept else where
    return state.address(where=json.dumps(both, ensure_ascii=False), layout="table", by="", at="")


__all__ = ["MOST", "Figures", "Groups", "groups_of", "render_groups"]
