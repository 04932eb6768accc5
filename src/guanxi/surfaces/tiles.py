"""Tiles of the workbench: declared by the areas in their `tiles` module, drawn by the home page, each loaded on its own.

A tile's `draw` gets the actor and answers with one of the shapes below. Whatever it counts comes from `entity.rows(actor)`,
and its address is that of the list which shows exactly those rows: `figure_of` and `list_url` take the same condition.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, ClassVar, Literal
from urllib.parse import urlencode

from django.db.models import Sum
from django.utils.translation import gettext as _

from guanxi.kernel import clock
from guanxi.kernel.actor import Actor
from guanxi.kernel.condition import period
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Label
from guanxi.kernel.fields.money import show_amount, show_short

#: Figures are counted no further than this; beyond it they say 9,999+.
MOST = 9_999

Place = Literal["top", "main", "side"]


@dataclass(frozen=True)
class Figure:
    """One number with what it is compared to; `trend` is up, down or empty."""

    shape: ClassVar[str] = "figure"
    value: str
    note: str = ""
    trend: str = ""
    url: str = ""


@dataclass(frozen=True)
class Bar:
    """A row of a funnel or ranking."""

    label: str
    value: float
    text: str
    url: str = ""
    won: bool = False


@dataclass(frozen=True)
class Funnel:
    """Steps from wide to narrow."""

    shape: ClassVar[str] = "funnel"
    rows: Sequence[Bar]
    note: str = ""


@dataclass(frozen=True)
class Ranking:
    """Bars, longest first."""

    shape: ClassVar[str] = "ranking"
    rows: Sequence[Bar]


@dataclass(frozen=True)
class Buckets:
    """Up to five figures side by side, and a further one that stands in the heading."""

    shape: ClassVar[str] = "buckets"
    rows: Sequence[tuple[str, str, str]]
    further: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Due:
    """One thing to do: `late` ones are red."""

    when: str
    late: bool
    kind: str
    icon: str
    tone: str
    title: str
    about: str
    url: str


@dataclass(frozen=True)
class Agenda:
    """Things to do by time, how many there are in all, and the lists that show all of them; `mine` ones are told in the greeting."""

    shape: ClassVar[str] = "agenda"
    rows: Sequence[Due]
    total: int
    more: Sequence[tuple[str, str]] = ()
    mine: bool = True


@dataclass(frozen=True)
class Item:
    """Something that happened: when, to whom or what, by whom, and what was said of it."""

    when: str
    title: str
    who: str
    text: str
    url: str = ""


@dataclass(frozen=True)
class News:
    """What happened last, newest first, and the list that shows all of it."""

    shape: ClassVar[str] = "news"
    rows: Sequence[Item]
    more: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Facts:
    """Labelled facts, each perhaps with an address."""

    shape: ClassVar[str] = "facts"
    rows: Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class Press:
    """One button that does something at once, (code, label, icon), with labelled facts above it and links below.

    A fact is a label, a value and what stands small beside it; `state` is a tag. With `ask` a line of text may go along,
    into which the place can be put by who allows it.
    """

    shape: ClassVar[str] = "press"
    facts: Sequence[tuple[str, str, str]]
    url: str
    button: tuple[str, str, str]
    state: tuple[str, str] = ("", "")
    primary: bool = True
    ask: str = ""
    links: Sequence[tuple[str, str]] = ()


Shape = Figure | Funnel | Ranking | Buckets | Agenda | News | Facts | Press

Drawing = Callable[[Actor], Shape]


@dataclass(frozen=True)
class Tile:
    """A tile: where it stands, who gets it, and what it draws."""

    code: str
    label: Label
    place: Place
    draw: Drawing
    needs: str = ""
    note: Label = ""
    order: int = 50
    shown: Callable[[Actor], bool] = field(default=lambda actor: True)

    def for_(self, actor: Actor) -> bool:
        """Whether the tile would have anything to say to this actor."""
        return (not self.needs or actor.may(self.needs, "view")) and self.shown(actor)

    def scope(self, actor: Actor) -> str:
        """Whose records the tile counts, for those who see more than their own."""
        return scope_words(actor, self.needs) if self.needs else ""


_tiles: dict[str, Tile] = {}


def register(*tiles: Tile) -> None:
    """Called by an area's `tiles` module when it is imported."""
    _tiles.update({tile.code: tile for tile in tiles})


def of(actor: Actor) -> list[Tile]:
    """The tiles of this actor in their order."""
    return sorted((t for t in _tiles.values() if t.for_(actor)), key=lambda t: t.order)


def get(code: str, actor: Actor) -> Tile | None:
    """A tile by code, if the actor gets it."""
    tile = _tiles.get(code)
    return tile if tile is not None and tile.for_(actor) else None


def scope_words(actor: Actor, entity: str) -> str:
    """How far the actor sees in an entity, in the words of the permission matrix; empty where it is his own work."""
    arms = actor.arms(entity, "view")
    if "all" in arms:
        return _("All records")
    if "company" in arms:
        return _("My company")
    if arms & {"department", "tree"}:
        return _("My departments") if "tree" in arms else _("My department")
    return _("My team") if "reports" in arms and actor.reports else ""


def list_url(entity: Entity, where: Any) -> str:
    """The address of the list that shows exactly the rows of a condition."""
    return f"/{entity.slug}/?" + urlencode({"view": "all", "where": json.dumps(where, ensure_ascii=False)})


def summed(entity: Entity, key: str, actor: Actor) -> str | None:
    """The path by which a field may be added up for this actor; None where he may not see its values."""
    if key not in entity.visible(actor) or actor.right(entity.key, key) == "masked":
        return None
    return entity.sort_path(key)


def so_far(key: str) -> list[Any]:
    """The condition of this month."""
    return [key, "is", "this_month"]


def same_days_before(key: str) -> list[Any]:
    """The condition of last month up to the day of the month that today is."""
    first, last = period.resolve("last_month")
    return [key, "between", [first.isoformat(), min(last, _shifted(first)).isoformat()]]


def _shifted(first: date) -> date:
    return first + timedelta(days=clock.today().day - 1)


def counted(entity: Entity, actor: Actor, key: str, further: Sequence[Any] = ()) -> Figure:
    """How many records this month, compared with the same days of last month."""
    rows = entity.rows(actor)
    now = rows.where(_both(so_far(key), further)).bounded_count(MOST)
    then = rows.where(_both(same_days_before(key), further)).bounded_count(MOST)
    note, trend = change(now, then)
    return Figure(f"{MOST:,}+" if now > MOST else f"{now:,}", note, trend, list_url(entity, _both(so_far(key), further)))


def added_up(entity: Entity, actor: Actor, amount: str, key: str, further: Sequence[Any] = ()) -> Figure:
    """The sum of an amount this month, compared with the same days of last month; a count where amounts are not his to see."""
    path = summed(entity, amount, actor)
    if path is None:
        return counted(entity, actor, key, further)
    rows = entity.rows(actor)
    now, then = (
        rows.where(_both(span, further)).order_by().aggregate(s=Sum(path))["s"] or Decimal(0)
        for span in (so_far(key), same_days_before(key))
    )
    note, trend = change(now, then)
    return Figure(money(now), note, trend, list_url(entity, _both(so_far(key), further)))


def money(value: Decimal) -> str:
    """In full up to a hundred million."""
    return show_short(value) if abs(value) >= 100_000_000 else show_amount(value)


def change(now: Decimal | int, then: Decimal | int) -> tuple[str, str]:
    """↑ 18% on last month, and the direction."""
    if not then:
        return (_("none in the same days of last month") if now else ""), ""
    percent = round(100 * (float(now) - float(then)) / float(then))
    if not percent:
        return _("as in the same days of last month"), ""
    words = _("↑ %(n)s%% on last month") if percent > 0 else _("↓ %(n)s%% on last month")
    return words % {"n": f"{min(abs(percent), 999):,}" + ("+" if abs(percent) > 999 else "")}, "up" if percent > 0 else "down"


def _both(first: list[Any], further: Sequence[Any]) -> list[Any]:
    return ["and", first, list(further)] if further else first


__all__ = [
    "Agenda", "Bar", "Buckets", "Drawing", "Due", "Facts", "Figure", "Funnel", "Item", "Label", "News", "Press", "Ranking", "Shape", "Tile", "added_up",
    "counted", "get", "list_url", "money", "of", "register", "scope_words", "summed",
]  # fmt: skip
