"""The board: any choice field as columns, each with count, sum and its first cards; a drag is an ordinary write.

Two queries draw it, whatever its size: one grouped by column, one UNION of the first cards of every column. Closed columns
(won, lost, invalid) show what closed lately.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, Q, Sum, Value
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from markupsafe import Markup, escape

from guanxi.kernel import clock, directory, plan, query, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.condition.tree import ConditionError
from guanxi.kernel.dictionary import Item
from guanxi.kernel.entity import Board, Entity
from guanxi.kernel.fields.base import Reader
from guanxi.kernel.query import Rows, Sort
from guanxi.kernel.whole import whole
from guanxi.surfaces import tiles
from guanxi.surfaces.pages.frame import actor_of, entity_or_404, fragment, reader_of, signed_in, toast

WINDOW = 20
#: A column grows no further than this; beyond it one should filter.
DEEPEST = 400
CLOSED_DAYS = 90


@dataclass(frozen=True)
class Lanes:
    """A board as this person sees it: its columns, the chooser above them, and how cards are selected and sorted."""

    entity: Entity
    board: Board
    index: int
    reader: Reader
    items: tuple[Item, ...]
    groups: tuple[Item, ...]
    group: Item | None
    compiled: plan.Plan
    sort: Sort

    @property
    def path(self) -> str:
        """The column that holds the choice."""
        return str(self.entity.fields[self.board.by].column.path)

    @property
    def aged(self) -> str:
        """The field that tells how long a card has been in its column."""
        return self.board.stale if self.board.stale in self.entity.visible(self.reader.actor) else "updated_at"

    def within(self, rows: Rows) -> Rows:
        """Rows of these columns; of closed ones what moved there lately."""
        closed = [i.id for i in self.items if is_closed(i)]
        since = clock.day_start(clock.today() - timedelta(days=CLOSED_DAYS))
        wanted = Q(**{f"{self.path}__in": [i.id for i in self.items if i.id not in closed]})
        wanted |= Q(**{f"{self.path}__in": closed, f"{self.aged}__gte": since})
        if self.group is None:
            wanted |= Q(**{f"{self.path}__isnull": True})
        return rows.filter(wanted)


def is_closed(item: Item) -> bool:
    """Whether a column is an end: won, lost, invalid."""
    return item.extra.get("outcome", "open") != "open"


def lanes(request: HttpRequest, entity: Entity, rows: Rows, index: int) -> Lanes:
    """Read the board's part of the address. Raises ConditionError for who may not see the columns' field."""
    if not 0 <= index < len(entity.boards):
        raise Http404
    board, reader = entity.boards[index], reader_of(request)
    visible = entity.visible(reader.actor)
    if board.by not in visible or reader.actor.right(entity.key, board.by) == "masked":
        raise ConditionError(_("There is no board by a field that you may not see."))
    kind: Any = visible[board.by].kind
    items: list[Item] = kind.dictionary.active()
    groups: tuple[Item, ...] = ()
    group: Item | None = None
    if kind.depends_on and kind.depends_on in entity.fields:
        groups = tuple(entity.fields[kind.depends_on].kind.dictionary.active())  # type: ignore[attr-defined]
        asked = request.GET.get("lane", "")
        group = next((g for g in groups if g.code == asked), None) or next((g for g in groups if g.default), groups[0] if groups else None)
        items = [i for i in items if group is None or i.parent in (None, group.id)]
    compiled = plan.compile(entity, [entity.title, *board.card], reader.actor)
    sort = rows.sort(request.GET.get("sort") or query.default_sort(entity, reader.actor, "-updated_at"))
    return Lanes(entity, board, index, reader, tuple(items), groups, group, compiled, sort)


def render_board(request: HttpRequest, entity: Entity, rows: Rows, index: int = 0) -> dict[str, Any]:
    """The context of `pages/board.html`; `rows` are those of the list."""
    shown = lanes(request, entity, rows, index)
    hidden = set(request.GET.get("hide", "").split(","))
    figures = counted(shown, rows)
    filled = [i.id for i in shown.items if figures.get(i.id)]
    cards = windows(shown, rows, [*filled, *([None] if None in figures else [])])
    blank = [_unset()] if None in figures else []
    columns = [
        column(request, shown, item, figures.get(item.id or None), cards.get(item.id or None, []))
        for item in [*blank, *shown.items]
        if not (("closed" in hidden and is_closed(item)) or ("empty" in hidden and not figures.get(item.id or None)))
    ]
    editable = shown.board.by in entity.writable(shown.reader.actor) and shown.reader.actor.may(entity.key, "edit")
    return {
        "board": shown,
        "board_columns": columns,
        "board_move": f"/{entity.slug}/_move/?{_address(request, board=index)}" if editable else "",
        "board_groups": [(g.label, "?" + _address(request, lane=g.code), g == shown.group) for g in shown.groups],
        "board_switches": [
            (_("Hide empty columns"), "?" + _switched(request, hidden, "empty"), "empty" in hidden),
            (_("Hide closed columns"), "?" + _switched(request, hidden, "closed"), "closed" in hidden),
        ],
        "board_closed_days": CLOSED_DAYS,
    }


def _unset() -> Item:
    return Item(0, "", _("Not set"), _("Not set"), "", 0, None, True, False, {})


def _address(request: HttpRequest, **changes: Any) -> str:
    kept = {k: v for k, v in request.GET.items() if k not in ("open", "at")}
    return urlencode({k: v for k, v in {**kept, **changes}.items() if v not in ("", None)})


def _switched(request: HttpRequest, hidden: set[str], word: str) -> str:
    return _address(request, hide=",".join(sorted((hidden ^ {word}) - {""})))


def counted(shown: Lanes, rows: Rows) -> dict[int | None, dict[str, Any]]:
    """Count and sum of every column that has any: one grouped query."""
    grouped = shown.within(rows).order_by().values(shown.path).annotate(n=Count("id"))
    total = tiles.summed(shown.entity, shown.board.total, shown.reader.actor) if shown.board.total else None
    if total is not None:
        grouped = grouped.annotate(s=Sum(total))
    return {row[shown.path]: row for row in grouped}


def words(figures: dict[str, Any] | None) -> dict[str, str]:
    """Count and sum as they stand in a column's head."""
    count = figures["n"] if figures else 0
    total = figures.get("s") if figures else None
    return {"count": ngettext("%(n)s card", "%(n)s cards", count) % {"n": f"{count:,}"}, "sum": tiles.money(total) if total else ""}


def windows(shown: Lanes, rows: Rows, ids: Sequence[int | None], *, after: int = 0) -> dict[int | None, list[tuple[Any, ...]]]:
    """The first cards of each column in one query; with `after` the next ones of a single column."""
    found: dict[int | None, list[tuple[Any, ...]]] = {}
    if not ids:
        return found
    within = shown.within(rows)
    if not isinstance(shown.sort.path, str):
        within = within.annotate(_key=shown.sort.path)
    key = shown.sort.path if isinstance(shown.sort.path, str) else "_key"
    order = F(key).desc(nulls_last=True) if shown.sort.descending else F(key).asc(nulls_last=True)
    select = ["id", shown.path, *shown.compiled.paths, "version", shown.aged]
    parts = []
    for place in ids:
        one = {f"{shown.path}__isnull": True} if place is None else {shown.path: place}
        part = within.filter(**one).order_by(order, "-id").annotate(_place=Value(place or 0))
        parts.append(part.values_list(*select, key)[after : after + WINDOW + 1])
    combined: Any = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    for row in combined:
        found.setdefault(row[1], []).append(row)
    for mine in found.values():
        # The database keeps the order of the parts; nothing promises it, so what can be compared is put in order again.
        if all(row[-1] is not None for row in mine):
            mine.sort(key=lambda row: (row[-1], row[0]), reverse=shown.sort.descending)
    return found


def column(request: HttpRequest, shown: Lanes, item: Item, figures: dict[str, Any] | None, rows: list[tuple[Any, ...]]) -> dict[str, Any]:
    """One column with its first cards."""
    share = item.extra.get("probability") if not is_closed(item) else None
    return {
        "code": item.code,
        "label": item.label,
        "share": f"{share}%" if share is not None else "",
        "closed": is_closed(item),
        "colour": item.colour,
        **words(figures),
        **page_of(request, shown, item, rows, after=0),
    }


def page_of(request: HttpRequest, shown: Lanes, item: Item, rows: list[tuple[Any, ...]], *, after: int) -> dict[str, Any]:
    """Cards and where the next ones are."""
    following = after + WINDOW
    more = len(rows) > WINDOW and following < DEEPEST
    url = f"/{shown.entity.slug}/_column/?{_address(request, board=shown.index, to=item.code, after=following)}"
    return {"cards": cards(shown, rows[:WINDOW], closed=is_closed(item)), "more": url if more else ""}


def cards(shown: Lanes, rows: list[tuple[Any, ...]], *, closed: bool) -> list[dict[str, Any]]:
    """Cards out of rows: the title, then each field of the card by its kind."""
    width = 2 + len(shown.compiled.paths)
    plain = shown.compiled.attach([row[:width] for row in rows])
    return [card(shown, row, full[width], full[width + 1], closed=closed) for row, full in zip(plain, rows, strict=True)]


def card(shown: Lanes, row: tuple[Any, ...], version: int, since: Any, *, closed: bool) -> dict[str, Any]:
    """One card: lines above, a figure with its flag, a day and a person at the foot."""
    made: dict[str, Any] = {
        "id": row[0],
        "version": version,
        "url": f"/{shown.entity.slug}/{row[0]}/",
        "lines": [],
        "figure": "",
        "day": "",
        "who": "",
    }
    made["title"] = f"{shown.entity.label} {row[0]}"
    for bound in shown.compiled.columns:
        field, value = bound.field, bound.values(row)[0]
        if field.key == shown.entity.title:
            made["title"] = value
        elif field.kind.name == "person" and not bound.masked:
            made["who"] = directory.person_name(value)
        elif value not in (None, "", []):
            spot = {"money": "figure", "date": "day", "datetime": "day"}.get(field.kind.name, "lines")
            html = shown_value(bound, row, shown.reader, closed=closed)
            if spot == "lines":
                made["lines"].append(html)
            else:
                made[spot] = html
    days = (clock.now() - since).days if shown.board.stale and since and not closed else 0
    made["stale"] = ngettext("%(n)d day here", "%(n)d days here", days) % {"n": days} if days > shown.board.limit else ""
    return made


def shown_value(bound: plan.Column, row: tuple[Any, ...], reader: Reader, *, closed: bool) -> Markup:
    """A value on a card: referred records by name, and nothing is overdue on what is closed."""
    if bound.field.kind.name == "lookup":
        return escape(bound.values(row)[1] or "")
    if closed and not bound.masked and bound.field.kind.name in ("date", "datetime"):
        return escape(bound.field.kind.text(bound.values(row)[0], reader))
    return Markup(bound.html(row, reader))


def rows_of_list(request: HttpRequest, entity: Entity) -> Rows:
    """The rows of the list whose address the board carries along."""
    from guanxi.surfaces.pages import listing

    return listing.rows_of(listing.state_of(request, entity), actor_of(request))


@signed_in
def more(request: HttpRequest, slug: str) -> HttpResponse:
    """The next cards of one column."""
    entity = entity_or_404(request, slug)
    try:
        rows = rows_of_list(request, entity)
        shown = lanes(request, entity, rows, _number(request.GET.get("board")))
    except ConditionError as error:
        return HttpResponse(str(error), status=400, content_type="text/plain; charset=utf-8")
    code = request.GET.get("to", "")
    item = next((i for i in shown.items if i.code == code), None) or (_unset() if not code else None)
    if item is None:
        raise Http404
    after = min(_number(request.GET.get("after")), DEEPEST)
    found = windows(shown, rows, [item.id or None], after=after).get(item.id or None, [])
    return fragment(request, "pages/board_cards.html", {"column": page_of(request, shown, item, found, after=after)})


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 6 else 0


@signed_in
@require_POST
def move(request: HttpRequest, slug: str) -> HttpResponse:
    """A card was dropped: write the new value, or say why not; what else the stage needs is asked in the modal."""
    entity, actor = entity_or_404(request, slug), actor_of(request)
    index = _number(request.GET.get("board"))
    record, base, target = whole(request.POST.get("id")), whole(request.POST.get("version")), request.POST.get("to", "")
    if record is None or index >= len(entity.boards):
        raise Http404
    by = entity.boards[index].by
    if actor.right(entity.key, by) in ("hidden", "masked"):
        raise Http404  # who may not read the stage has no such board, and learns nothing by guessing
    present = entity.rows(actor).filter(id=record).first()
    if present is None:
        raise Http404
    field = entity.fields[by]
    if (field.kind.json(field.value(present)) or "") == target:
        return JsonResponse({"version": present.version})
    try:
        row = write.update((entity, present.id), {by: target or None}, actor=actor, door="board", base=base)
    except write.Invalidated as refusal:
        return refused(entity, present, refusal, actor)
    except write.Refused as refusal:
        return JsonResponse({"message": str(refusal)}, status=403 if isinstance(refusal, write.Forbidden) else 409)
    answer = JsonResponse({"version": row.version, "columns": figures_of(request, entity, index)})
    message = _("Moved to “%(stage)s”") % {"stage": field.kind.text(field.value(row), reader_of(request))}
    return toast(answer, message, undo=f"/_undo/{row.id}/{row.version}/")


def refused(entity: Entity, record: Any, refusal: write.Invalidated, actor: Actor) -> HttpResponse:
    """Where a declared action that is open to the record asks for what was missing, point there."""
    from guanxi.surfaces.pages.record import available

    asking = [a for a in entity.actions if set(refusal.errors) & set(a.form) and available(entity, a, record, actor)]
    if asking:
        return JsonResponse({"ask": f"/{entity.slug}/{record.id}/_action/{asking[0].code}/"}, status=409)
    return JsonResponse({"message": str(refusal)}, status=409)


def figures_of(request: HttpRequest, entity: Entity, index: int) -> dict[str, dict[str, str]]:
    """Count and sum of every column after a move, over the rows of the list that is on the screen."""
    try:
        rows = rows_of_list(request, entity)
        shown = lanes(request, entity, rows, index)
    except ConditionError:
        return {}
    figures = counted(shown, rows)
    heads = {}
    for item in shown.items:
        head = words(figures.get(item.id))
        heads[item.code] = {"count": head["count"], "sum": head["sum"]}
    return heads


urls = [path("<slug:slug>/_move/", move), path("<slug:slug>/_column/", more)]
