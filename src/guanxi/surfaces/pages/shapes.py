"""What a list may look like to somebody: a table, a board over one of its choices, a calendar over one of its dates, totals by groups.

Nothing is declared for it. A field that this person may not read, or reads masked, gives neither columns nor days.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.kernel.actor import Actor
from guanxi.kernel.condition.tree import ConditionError
from guanxi.kernel.entity import Board, Entity
from guanxi.kernel.fields.base import Field, Label

#: A choice of more values than this makes no board that anybody could overlook.
MOST_LANES = 50
#: Fields of a card where no board says which.
CARD = 4
LAYOUTS = ("table", "board", "calendar", "groups")
#: Kinds whose values make groups as they stand; dates make groups by period.
GROUPING = ("choice", "person", "department", "lookup", "region", "rating")
#: The grouping of a tree of values by its topmost ones.
TOP = "top"
PERIODS: dict[str, Label] = {
    "month": gettext_lazy("%(field)s, by month"),
    "quarter": gettext_lazy("%(field)s, by quarter"),
    "year": gettext_lazy("%(field)s, by year"),
}


def choices(entity: Entity, actor: Actor) -> dict[str, Field]:
    """The fields over which there may be a board: those of declared boards first, then those that people set."""
    if actor.pool is not None:  # what lies in a pool is taken, not moved about
        return {}
    found = {k: f for k, f in readable(entity, actor).items() if f.kind.name == "choice"}
    found = {k: f for k, f in found.items() if 0 < len(f.kind.dictionary.active()) <= MOST_LANES}  # type: ignore[attr-defined]
    declared = [b.by for b in entity.boards if b.by in found]
    settable = [k for k in found if not found[k].computed]
    return {k: found[k] for k in dict.fromkeys([*declared, *settable, *found])}


def dates(entity: Entity, actor: Actor) -> dict[str, Field]:
    """The fields over which there may be a calendar: those of the columns first, then those that people set."""
    if actor.pool is not None:
        return {}
    found = {k: f for k, f in readable(entity, actor).items() if f.kind.name in ("date", "datetime")}
    shown = [k for k in entity.columns if k in found and not found[k].computed]
    settable = [k for k in found if not found[k].computed]
    return {k: found[k] for k in dict.fromkeys([*shown, *settable, *found])}


def groupings(entity: Entity, actor: Actor) -> dict[str, str]:
    """By what a list can be grouped, with its label: choices and people first; a date is there once for each period."""
    if actor.pool is not None:
        return {}
    fields = readable(entity, actor)
    found = {**choices(entity, actor), **{k: f for name in GROUPING for k, f in fields.items() if f.kind.name == name}}
    dated = {k: f for k, f in dates(entity, actor).items() if f.column.path is not None}
    periods = {f"{k}.{period}": str(words) % {"field": f.label} for k, f in dated.items() for period, words in PERIODS.items()}
    trees = [k for k, f in found.items() if f.kind.name == "choice" and f.kind.dictionary.tree]  # type: ignore[attr-defined]
    tops = {f"{k}.{TOP}": _("%(field)s, topmost level") % {"field": found[k].label} for k in trees}
    return {**{k: str(f.label) for k, f in found.items()}, **tops, **periods}


def readable(entity: Entity, actor: Actor) -> dict[str, Field]:
    """The fields whose values the actor reads as they are."""
    return {k: f for k, f in entity.visible(actor).items() if actor.right(entity.key, k) != "masked"}


def settle(entity: Entity, actor: Actor, layout: str, by: str, *, kept: str = "") -> tuple[str, str]:
    """Layout and field as they can be had: the field asked for, else the one that the view keeps, else the usual one.

    Raises ConditionError where one is asked for that is not to be seen.
    """
    ways: dict[str, Callable[[Entity, Actor], Mapping[str, Any]]] = {"board": choices, "calendar": dates, "groups": groupings}
    if layout not in ways:
        return "table", ""
    fields = ways[layout](entity, actor)
    if by and by not in fields:
        raise ConditionError(_("There is no such look by a field that you may not see."))
    return (layout, by or (kept if kept in fields else next(iter(fields)))) if fields else ("table", "")


def board_by(entity: Entity, actor: Actor, key: str) -> Board:
    """The declared board over a field, or one that follows from the entity's columns."""
    declared = next((b for b in entity.boards if b.by == key), None)
    if declared is not None:
        return declared
    like = entity.boards[0] if entity.boards else None
    card = like.card if like else tuple(k for k in entity.columns if k not in (entity.title, key))[:CARD]
    if like and like.by not in card:
        card = (like.by, *card)
    return Board(key, total=like.total if like else amount(entity, actor), card=card)


def amount(entity: Entity, actor: Actor) -> str:
    """The first amount of money among the columns, then among all fields; empty where there is none."""
    fields = readable(entity, actor)
    return next((k for k in (*entity.columns, *fields) if k in fields and fields[k].kind.name == "money"), "")


__all__ = ["LAYOUTS", "amount", "board_by", "choices", "dates", "groupings", "readable", "settle"]
