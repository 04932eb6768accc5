"""The list of an entity: strip of views, filters, sort, columns, one keyset page; board and counts are its siblings."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2s
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.urls import path
from django.utils.translation import gettext as _
from markupsafe import Markup

from guanxi.kernel import pairs, plan, query, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.condition import builder, sentence, tree
from guanxi.kernel.condition.tree import ConditionError
from guanxi.kernel.entity import Action, Entity
from guanxi.kernel.fields.base import Reader
from guanxi.kernel.kept import Kept
from guanxi.kernel.query import Rows
from guanxi.kernel.window import Window
from guanxi.surfaces.pages import acts, board, calendar, groups, looks, pool, reach, shapes, strip, totals, views
from guanxi.surfaces.pages.frame import actor_of, entity_or_404, fragment, page, reader_of, signed_in
from guanxi.surfaces.pages.strip import Tab, tabs_of
from guanxi.surfaces.pages.table import body, extent
from guanxi.surfaces.ui.environment import bounded, drawn
from guanxi.surfaces.ui.environment import query as query_string

#: How far a strip's figures count; beyond it they say 999+.
STRIP_LIMIT = 999


@dataclass(frozen=True)
class State:
    """What the address says: which view, narrowed how, sorted how, from which cursor; and how the person has arranged it."""

    entity: Entity
    arranged: views.Arrangement
    tab: Tab
    where: Any
    sort: str
    cursor: str
    layout: str
    by: str
    hidden: frozenset[str]
    tabs: tuple[Tab, ...]

    @cached_property
    def place(self) -> tuple[Any, ...]:
        """All of it that addresses, strip and heads are made of: everything but the cursor and the widths."""
        named = tuple((tab.code, tab.label) for tab in self.tabs)
        where = json.dumps(self.where) if self.where else ""
        kept = (self.arranged.pinned, self.arranged.opening, self.arranged.chosen)
        tab = (self.tab.code, self.mark, self.tab.sort, self.tab.layout)
        return (self.entity.key, named, kept, *tab, where, self.sort, self.layout, self.by)

    @cached_property
    def mark(self) -> str:
        """Of the condition of a saved view, which colleagues may change while this list is open; a preset has none."""
        if self.tab not in self.saved:
            return ""
        return blake2s(json.dumps(self.tab.where).encode(), digest_size=6).hexdigest()

    @property
    def saved(self) -> tuple[Tab, ...]:
        """The views that people have kept."""
        kept = {f"s{view.id}" for view in self.arranged.views}
        return tuple(tab for tab in self.tabs if tab.code in kept)

    @property
    def kept(self) -> views.Kept | None:
        """The saved view that is shown, None for a preset."""
        return next((view for view in self.arranged.views if f"s{view.id}" == self.tab.code), None)

    @cached_property
    def strip(self) -> tuple[tuple[Tab, ...], tuple[Tab, ...]]:
        """The views that stand above the list, and those in the menu behind them."""
        return strip.divided(self.tabs, self.arranged.pinned, self.tab)

    @property
    def look(self) -> dict[str, Any]:
        """What this person has kept about the view."""
        return self.arranged.looks.get(self.tab.code, {})

    def address(self, **changes: Any) -> str:
        """The address of this list with some of it changed."""
        values = {
            "view": self.tab.code,
            "where": json.dumps(self.where, ensure_ascii=False) if self.where else "",
            "sort": self.sort if self.sort != self.tab.sort else "",
            "layout": self.layout if self.layout != self.tab.layout else "",
            "by": self.by if self.by != self.tab.by else "",
        }
        return f"/{self.entity.slug}/?{query_string({**values, **changes})}"


def state_of(request: HttpRequest, entity: Entity) -> State:
    """Read the address. Raises ConditionError."""
    return state_at(request.GET, entity, actor_of(request))


def certain(given: QueryDict, entity: Entity, actor: Actor) -> State:
    """The state for who acts on all of it. Raises ConditionError also for a view that is gone, in whose place another would stand."""
    state = state_at(given, entity, actor)
    if given.get("view") not in ("", None, state.tab.code):
        raise ConditionError(gone())
    return state


def gone() -> str:
    """What to say of a view that somebody has deleted meanwhile."""
    return _("This view is no longer there. Reload the list and select again.")


def state_at(given: QueryDict, entity: Entity, actor: Actor) -> State:
    """The state of the list at an address with this query. Raises ConditionError."""
    arranged = views.arrangement(entity, actor)
    tabs = tabs_of(entity, arranged, actor)
    tab = strip.at(given, tabs, entity, arranged, actor)
    where = tree.read(str(given["where"])) if given.get("where") else []
    layout = given.get("layout") or tab.layout or "table"
    layout, by = shapes.settle(entity, actor, layout, given.get("by", ""), kept=tab.by if layout == tab.layout else "")
    hide = str(given["hide"]) if "hide" in given else arranged.looks.get(tab.code, {}).get("hide", "")
    sort = given.get("sort") or tab.sort
    return State(entity, arranged, tab, where, sort, given.get("at", ""), layout, by, looks.hidden(hide), tabs)


def tab_of(request: HttpRequest, entity: Entity) -> Tab:
    """The view that the address names."""
    actor = actor_of(request)
    arranged = views.arrangement(entity, actor)
    return strip.at(request.GET, tabs_of(entity, arranged, actor), entity, arranged, actor)


def window_of(state: State, actor: Actor, action: str = "view") -> Window:
    """What a state shows."""
    return Window(state.entity, actor, action, (state.tab.where, state.where), state.tab.among)


def rows_of(state: State, actor: Actor, action: str = "view") -> Rows:
    """The rows that a state means."""
    return window_of(state, actor, action).rows()


def entity_rows(entity: Entity, tab: Tab, actor: Actor, action: str = "view") -> Rows:
    """The rows of a view of the strip."""
    return Window(entity, actor, action, (tab.where,), tab.among).rows()


@signed_in
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """The list, board or calendar as a page; `HX-Target: list` gets the region alone from the same template."""
    entity, actor = entity_or_404(request, slug), actor_of(request)
    try:
        state = state_of(request, entity)
        region = region_of(request, state)
    except ConditionError as error:
        context = {"entity": entity, "message": str(error), "back": f"/{entity.slug}/"}
        return page(request, "pages/refused.html", context, title=str(entity.label_plural), status=400)
    context = {"entity": entity, "state": state, "may": acts.granted(entity, actor), "bar": bar(state, reader_of(request)), **region}
    return page(request, "pages/list.html", context, title=str(entity.label_plural))


_bars: Kept[tuple[Markup, bool]] = Kept(2_000)


def bar(state: State, reader: Reader) -> Markup:
    """Everything above the rows, kept while it stays the same."""
    return _bars.get(reader.actor, state.place, lambda: _bar(state, reader), lasts=lambda made: made[1])[0]


def _bar(state: State, reader: Reader) -> tuple[Markup, bool]:
    """The bar, and whether it will do for the next request too: not where a chip names another record."""
    may = acts.granted(state.entity, reader.actor)
    shown = {"state": state, "entity": state.entity, "may": may, "sorts": sorts(state, reader.actor)}
    shown["entries"] = state.entity.entries(reader.actor)
    shown["acts"] = acts.of_selection(state.entity, state.address(seen=state.mark), reader.actor, may)
    shown["compared"] = write.may_merge(state.entity, reader.actor) and bool(pairs.rules(state.entity))
    shown["pools"] = pool.tabs(state.entity, reader.actor)
    shown["changes"] = state.kept is not None and (state.kept.mine or reach.keeps(reader.actor))
    shown["led"] = pool.led(reader.actor)
    shown["pool_url"] = pool.settings_url(reader.actor)
    shown["boards"] = bool(shapes.choices(state.entity, reader.actor))
    shown["groups"] = bool(shapes.groupings(state.entity, reader.actor))
    shown["calendars"] = bool(shapes.dates(state.entity, reader.actor))
    lasting = not state.where or tree.lasting(tree.parse(state.entity, state.where, reader.actor))
    return drawn("pages/list_bar.html", {**shown, "chips": chips(state, reader)}), lasting


def table_region(state: State, reader: Reader) -> dict[str, Any]:
    """One page of the table."""
    entity = state.entity
    compiled = plan.compile(entity, columns_of(state, reader.actor), reader.actor)
    sort = query.sort_of(entity, reader.actor, state.sort)
    found = window_of(state, reader.actor).page(sort, compiled, cursor=state.cursor)
    complete = compiled.attach(found.rows)
    return {
        "keys": [c.field.key for c in compiled.columns],
        "head": head(state, compiled, reader.actor),
        "totals": totals.address(state) if totals.adding(compiled) else "",
        "body": body(entity, compiled, complete, reader, deeds=deeds(entity, reader.actor)),
        "found": found,
        "range": extent(found),
        "previous": state.address(at=found.previous) if found.previous else (state.address() if state.cursor and found.first > 1 else ""),
        "next": state.address(at=found.next) if found.next else "",
    }


def deeds(entity: Entity, actor: Actor) -> tuple[Action, ...]:
    """What a click on a row of a pool does: actions that ask nothing."""
    return tuple(a for a in entity.actions if a.run and not a.form and actor.may(entity.key, a.grant)) if actor.pool else ()


_heads: Kept[Markup] = Kept(2_000)


def head(state: State, compiled: plan.Plan, actor: Actor) -> Markup:
    """The head of the table, kept while it stays the same."""
    key = (state.place, compiled.keys, tuple(state.arranged.widths.items()))
    return _heads.get(
        actor,
        key,
        lambda: drawn(
            "pages/table_head.html", {"entity": state.entity, "head": _head(state, compiled, actor), "deeds": deeds(state.entity, actor)}
        ),
    )


def _head(state: State, compiled: plan.Plan, actor: Actor) -> list[dict[str, Any]]:
    """Column heads with their sort addresses; below some of them cells may be changed where they stand."""
    cells = []
    changed = changeable(state.entity, actor)
    for column in compiled.columns:
        key, kind = column.field.key, column.field.kind
        current = state.sort.lstrip("-") == key
        descending = current and state.sort.startswith("-")
        sortable = kind.sortable and not column.masked
        cells.append(
            {
                "key": key,
                "label": str(column.field.label),
                "align": kind.align,
                "edit": _("Edit: %(field)s") % {"field": column.field.label} if key in changed else "",
                "width": state.arranged.widths.get(key, ""),
                "url": state.address(sort=key if descending else f"-{key}") if sortable else "",
                "direction": ("descending" if descending else "ascending") if current else "",
            }
        )
    return cells


def changeable(entity: Entity, actor: Actor) -> set[str]:
    """The fields that a click on a cell changes: those of the form, but for what needs more room than a cell has."""
    if actor.pool is not None or not actor.may(entity.key, "edit"):
        return set()
    return {k for k, f in entity.writable(actor).items() if k not in entity.hidden_in_form and f.kind.name != "image"}


def region_of(request: HttpRequest, state: State) -> dict[str, Any]:
    """What stands below the bar: the table, or a board, a calendar or totals in its place."""
    if state.layout == "table":
        return table_region(state, reader_of(request))
    drawn_by = {"board": board.render_board, "calendar": calendar.render_calendar, "groups": groups.render_groups}[state.layout]
    return {"keys": list(state.entity.columns), **drawn_by(request, state)}


def chips(state: State, reader: Reader) -> list[dict[str, str]]:
    """One chip per condition of the address, each with the address without it."""
    if not state.where:
        return []
    parts = state.where[1:] if state.where[0] == "and" else [state.where]
    found = []
    for place, part in enumerate(parts):
        rest = parts[:place] + parts[place + 1 :]
        text = sentence.sentence(tree.parse(state.entity, part, reader.actor), reader)
        where = json.dumps(["and", *rest], ensure_ascii=False) if rest else ""
        found.append({"text": text, "without": state.address(where=where)})
    return found


def sorts(state: State, actor: Actor) -> list[dict[str, Any]]:
    """The sorts that answer at any size."""
    visible = state.entity.visible(actor)
    keys = [k for k in state.entity.sorts if k in visible and actor.right(state.entity.key, k) != "masked"]
    current = state.sort.lstrip("-")
    marks = {True: "↓", False: "↑"}
    return [
        {
            "label": f"{visible[k].label} {marks[state.sort.startswith('-')] if k == current else ''}",
            "url": state.address(sort=k if k == current and state.sort.startswith("-") else f"-{k}"),
            "on": k == current,
        }
        for k in keys
    ]


@signed_in
def panel(request: HttpRequest, slug: str, part: str) -> HttpResponse:
    """The filter builder or the columns chooser, fetched when a person opens it."""
    entity, actor = entity_or_404(request, slug), actor_of(request)
    try:
        state = state_of(request, entity)
    except ConditionError as error:
        return HttpResponse(str(error), status=400, content_type="text/plain")
    context: dict[str, Any] = {"entity": entity, "state": state}
    if part == "filter":
        context["builder"] = builder.metadata(entity, reader_of(request))
    else:
        context["chosen"] = columns_of(state, actor)
        context["all_columns"] = {k: str(f.label) for k, f in entity.visible(actor).items()}
    return fragment(request, f"pages/panel_{part}.html", context)


def columns_of(state: State, actor: Actor) -> list[str]:
    """The columns of the view, else the person's own, else the declared ones."""
    visible = state.entity.visible(actor)
    return [k for k in state.tab.columns or state.arranged.columns or state.entity.columns if k in visible]


@signed_in
def counts(request: HttpRequest, slug: str) -> HttpResponse:
    """Bounded figures of the strip and of the list itself, fetched after the page."""
    entity, actor = entity_or_404(request, slug), actor_of(request)
    try:
        state = state_of(request, entity)
        total = rows_of(state, actor).bounded_count()
        figures = {"total": bounded(total, query.COUNT_LIMIT)}
    except ConditionError as error:
        return JsonResponse({"message": str(error)}, status=400)
    for tab in state.strip[0]:
        with suppress(ConditionError):  # somebody shared a view of a field that this person may not see
            figures[f"{entity.slug}:{tab.code}"] = bounded(entity_rows(entity, tab, actor).bounded_count(STRIP_LIMIT), STRIP_LIMIT)
    return JsonResponse(figures)


@signed_in
def exact(request: HttpRequest, slug: str) -> HttpResponse:
    """The exact figure, one click away."""
    entity = entity_or_404(request, slug)
    try:
        return JsonResponse({"total": f"{rows_of(state_of(request, entity), actor_of(request)).order_by().count():,}"})
    except ConditionError as error:
        return JsonResponse({"message": str(error)}, status=400)


urls = [
    path("<slug:slug>/_counts/", counts),
    path("<slug:slug>/_exact/", exact),
    path("<slug:slug>/_panel/filter/", panel, {"part": "filter"}),
    path("<slug:slug>/_panel/columns/", panel, {"part": "columns"}),
    path("<slug:slug>/", show),
]
