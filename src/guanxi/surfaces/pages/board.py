"""The board: any choice field as columns, each with count, sum and its first cards; the rest comes as one scrolls.

Two queries draw it, whatever its size: one UNION of the first cards of every column, one grouped by column. Where a table
is very large the cards come first and the figures after them, on an address of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guanxi.kernel import paging, patience, query
from guanxi.kernel.condition.tree import ConditionError
from guanxi.kernel.dictionary import Item
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.money import BASE_CURRENCY
from guanxi.kernel.window import Window
from guanxi.surfaces import tiles
from guanxi.surfaces.pages import shapes
from guanxi.surfaces.pages.cards import cards
from guanxi.surfaces.pages.frame import actor_of, entity_or_404, fragment, signed_in
from guanxi.surfaces.pages.lanes import CLOSED_DAYS, FOLLOWING, WINDOW, Lanes, is_closed, lanes
from guanxi.surfaces.pages.totals import summand

if TYPE_CHECKING:
    from guanxi.surfaces.pages.listing import State

#: In a table of more rows than this the figures come after the cards.
LARGE = 50_000


def render_board(request: HttpRequest, state: State) -> dict[str, Any]:
    """The context of `pages/board.html`. Raises ConditionError."""
    from guanxi.surfaces.pages import listing

    entity, window = state.entity, listing.window_of(state, actor_of(request))
    shown = lanes(request, entity, state.by)
    hidden = state.hidden
    found = shown.windows(window)
    later = query.estimate(entity) > LARGE
    figures = None if later else shown.figures(window)
    return {
        "board": shown,
        "board_columns": [column(request, shown, item, figures, found[item.id]) for item in columns_of(shown, found, hidden)],
        "board_move": f"/{entity.slug}/_move/?{address(request, by=state.by)}" if movable(shown) else "",
        "board_figures": f"/{entity.slug}/_figures/?{address(request, by=state.by)}",
        "board_later": later,
        "board_total": total_words(shown),
        "board_groups": [(g.label, "?" + address(request, lane=g.code), g == shown.group) for g in shown.groups],
        "board_by": entity.fields[state.by].label,
        "board_fields": [
            (f.label, state.address(by=k, at=""), k == state.by) for k, f in shapes.choices(entity, actor_of(request)).items()
        ],
        "board_switches": [switch(request, hidden, word, label) for word, label in switches(shown).items()],
        "board_closed_days": CLOSED_DAYS if any(map(shown.passing, shown.items)) else 0,
    }


def columns_of(shown: Lanes, found: dict[int, list[Any]], hidden: frozenset[str]) -> list[Item]:
    """The columns that are drawn: a rare one only where a card stands in it, and not those that the person has hidden."""
    rare = {i.id for i in shown.rare}
    return [
        item
        for item in shown.columns
        if (found[item.id] or ("empty" not in hidden and item.id not in rare)) and not ("closed" in hidden and is_closed(item))
    ]


def total_words(shown: Lanes) -> str:
    """What the sum of a column is a sum of; empty where there is none."""
    key = shown.board.total
    if not key or summand(shown.entity, key, shown.reader.actor) is None:
        return ""
    return _("Sum of %(field)s, in %(currency)s") % {"field": shown.entity.fields[key].label, "currency": BASE_CURRENCY}


def movable(shown: Lanes) -> bool:
    """Whether this person may put cards into other columns at all."""
    actor = shown.reader.actor
    return shown.board.by in shown.entity.writable(actor) and actor.may(shown.entity.key, "edit")


def switches(shown: Lanes) -> dict[str, str]:
    """What can be hidden."""
    ends = {"closed": _("Hide closed columns")} if any(map(is_closed, shown.items)) else {}
    return {"empty": _("Hide empty columns"), **ends}


def switch(request: HttpRequest, hidden: frozenset[str], word: str, label: str) -> tuple[str, str, str, bool]:
    """A line of the menu: its words, where it is kept, what is hidden after a click on it, and whether it is on."""
    return (label, "_look/?" + address(request, hide=""), ",".join(sorted(hidden ^ {word})), word in hidden)


def address(request: HttpRequest, **changes: Any) -> str:
    """The query of the board on the screen with some of it changed."""
    kept = {k: v for k, v in request.GET.items() if k not in ("open", "at", "to")}
    return urlencode({k: v for k, v in {**kept, **changes}.items() if v not in ("", None)})


def words(figures: tuple[int, Any] | None) -> dict[str, str]:
    """Count and sum as they stand in a column's head."""
    count, total = figures or (0, None)
    return {"count": ngettext("%(n)s card", "%(n)s cards", count) % {"n": f"{count:,}"}, "sum": tiles.money(total) if total else ""}


def column(
    request: HttpRequest, shown: Lanes, item: Item, figures: dict[int | None, tuple[int, Any]] | None, rows: list[tuple[Any, ...]]
) -> dict[str, Any]:
    """One column with its first cards; without figures where these come later."""
    share = item.extra.get("probability") if not is_closed(item) else None
    following = paging.after(shown.sort, rows[WINDOW - 1], WINDOW) if len(rows) > WINDOW else ""
    return {
        "code": item.code,
        "label": item.label,
        "share": f"{share}%" if share is not None else "",
        "closed": is_closed(item),
        "colour": item.colour,
        **({"count": "…", "sum": ""} if figures is None else words(figures.get(item.id or None))),
        "cards": cards(shown, rows[:WINDOW], closed=is_closed(item)),
        "more": more_address(request, shown, item, following),
    }


def more_address(request: HttpRequest, shown: Lanes, item: Item, cursor: str) -> str:
    """Where the next cards of a column are; empty after the last."""
    return f"/{shown.entity.slug}/_column/?{address(request, by=shown.board.by, to=item.code, at=cursor)}" if cursor else ""


def shown_in(request: HttpRequest, entity: Entity) -> tuple[Window, Lanes]:
    """The window and lanes of the board whose address the request carries along. Raises ConditionError."""
    from guanxi.surfaces.pages import listing

    window = listing.window_of(listing.state_of(request, entity), actor_of(request))
    _layout, by = shapes.settle(entity, actor_of(request), "board", request.GET.get("by", ""))
    if not by:
        raise Http404
    return window, lanes(request, entity, by)


@signed_in
def more(request: HttpRequest, slug: str) -> HttpResponse:
    """The next cards of one column, by key: the thousandth page costs what the first does."""
    entity = entity_or_404(request, slug)
    try:
        window, shown = shown_in(request, entity)
        item = shown.named(request.GET.get("to", ""))
        if item is None:
            raise Http404
        found = shown.of(window.rows(), item).page(shown.sort, shown.paths, cursor=request.GET.get("at", ""), size=FOLLOWING)
    except ConditionError as error:
        return HttpResponse(str(error), status=400, content_type="text/plain; charset=utf-8")
    made = {"cards": cards(shown, found.rows, closed=is_closed(item)), "more": more_address(request, shown, item, found.next)}
    return fragment(request, "pages/board_cards.html", {"column": made})


@signed_in
def figures(request: HttpRequest, slug: str) -> HttpResponse:
    """Count and sum of every column, after its cards; where that takes too long, a word that says so."""
    entity = entity_or_404(request, slug)
    try:
        return JsonResponse({"columns": heads(*shown_in(request, entity))})
    except ConditionError as error:
        return JsonResponse({"message": str(error)}, status=400)


def heads(window: Window, shown: Lanes) -> dict[str, dict[str, str]]:
    """What stands at the head of each column, by its code."""
    try:
        with patience.within():
            found = shown.figures(window)
    except patience.TooMuch:
        return {item.code: {"count": _("too many to count"), "sum": ""} for item in shown.columns}
    return {item.code: words(found.get(item.id or None)) for item in shown.columns}


def heads_now(request: HttpRequest, entity: Entity) -> dict[str, dict[str, str]]:
    """The heads after a move, over the rows of the list that is on the screen; none where they are fetched apart."""
    if query.estimate(entity) > LARGE:
        return {}
    try:
        return heads(*shown_in(request, entity))
    except ConditionError:
        return {}


urls = [path("<slug:slug>/_column/", more), path("<slug:slug>/_figures/", figures)]
