"""The strip of views above a list: presets, what people have kept, in which order, and with which of them the list opens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from guanxi.kernel import query
from guanxi.kernel.actor import Actor
from guanxi.kernel.condition import tree
from guanxi.kernel.condition.tree import ConditionError
from guanxi.kernel.entity import Entity, Preset
from guanxi.kernel.kept import Kept
from guanxi.surfaces.pages import views

#: Views that stand in the strip of who has pinned none; the others are in the menu behind them.
MOST = 16


@dataclass(frozen=True)
class Tab:
    """A view of the strip: a preset or a saved one."""

    code: str
    label: str
    where: Any
    sort: str
    layout: str
    columns: tuple[str, ...]
    among: str = ""
    by: str = ""


def tabs_of(entity: Entity, arranged: views.Arrangement, actor: Actor) -> tuple[Tab, ...]:
    """Presets first, then saved views."""
    first = _presets.get(actor, entity.key, lambda: _preset_tabs(entity, actor))
    saved = tuple(
        Tab(f"s{v.id}", v.name, v.where, query.default_sort(entity, actor, v.sort), v.layout, v.columns, by=v.by) for v in arranged.views
    )
    return first + saved


_presets: Kept[tuple[Tab, ...]] = Kept(1_000)


def _preset_tabs(entity: Entity, actor: Actor) -> tuple[Tab, ...]:
    presets = entity.views or (Preset("all", _("All")),)
    if actor.pool is None:
        presets = (*presets, Preset("starred", _("Starred"), among="starred"))
    return tuple(
        Tab(p.code, str(p.label), list(p.where), query.default_sort(entity, actor, p.sort), p.layout, p.columns, p.among, p.by)
        for p in presets
    )


def wanted(tabs: tuple[Tab, ...], code: str) -> Tab:
    """The view of this code, else the first."""
    return next((t for t in tabs if t.code == code), tabs[0])


def at(given: QueryDict, tabs: tuple[Tab, ...], entity: Entity, arranged: views.Arrangement, actor: Actor) -> Tab:
    """The view at an address. Without one the list opens as its person likes, a bare condition in the first view.

    Where he may not see what the view with which it should open asks for, it opens with the first: else he could never open it.
    """
    if given.get("view") or given.get("where") or not arranged.opening:
        return wanted(tabs, given.get("view", ""))
    meant = wanted(tabs, arranged.opening)
    try:
        tree.parse(entity, meant.where, actor)
    except ConditionError:
        return tabs[0]
    return meant


def divided(tabs: Sequence[Tab], pinned: Sequence[str], shown: Tab) -> tuple[tuple[Tab, ...], tuple[Tab, ...]]:
    """The views that stand above the list, pinned ones first, and those in the menu behind them.

    Who has pinned some sees these and the one that is shown; to others only what is too much for a strip stands behind.
    """
    places = {code: place for place, code in enumerate(pinned)}
    ordered = sorted(tabs, key=lambda tab: places.get(tab.code, len(places)))
    most = sum(tab.code in places for tab in ordered) or MOST
    above = tuple(tab for place, tab in enumerate(ordered) if place < most or tab is shown)
    return above, tuple(tab for tab in ordered if tab not in above)


__all__ = ["Tab", "at", "divided", "tabs_of", "wanted"]
