"""The lanes of a board: one for each value of a choice, the rows that stand in each, and what they count and add up to."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, IntegerField, Q, Sum, Value
from django.http import HttpRequest
from django.utils.translation import gettext as _

from guanxi.kernel import clock, paging, plan, query, statement
from guanxi.kernel.dictionary import Item
from guanxi.kernel.entity import Board, Entity
from guanxi.kernel.fields.base import Reader
from guanxi.kernel.paging import Sort
from guanxi.kernel.query import Rows
from guanxi.kernel.window import Window
from guanxi.surfaces.pages import shapes
from guanxi.surfaces.pages.frame import reader_of
from guanxi.surfaces.pages.totals import summand

#: How many cards a column begins with, and how many follow at a time.
WINDOW, FOLLOWING = 20, 40
CLOSED_DAYS = 90
LANE = "_lane"


@dataclass(frozen=True)
class Lanes:
    """A board as this person sees it: its columns, the chooser above them, and how cards are selected and sorted.

    `rare` columns stand there only while a card does: no value at all, and values that may no longer be chosen.
    """

    entity: Entity
    board: Board
    reader: Reader
    items: tuple[Item, ...]
    rare: tuple[Item, ...]
    groups: tuple[Item, ...]
    group: Item | None
    compiled: plan.Plan
    sort: Sort

    @property
    def aged(self) -> str:
        """The field that tells how long a card has been in its column; empty where there is none, or this person does not read it as it is."""
        return self.board.stale if self.board.stale in shapes.readable(self.entity, self.reader.actor) else ""

    @property
    def columns(self) -> tuple[Item, ...]:
        """In the order of the board: what has no value stands first, what is out of use last."""
        return (*(i for i in self.rare if not i.id), *self.items, *(i for i in self.rare if i.id))

    @property
    def paths(self) -> list[Any]:
        """What is read of a card after its id and sort value."""
        return [*self.compiled.paths, "version", self.aged or "updated_at", LANE]

    def named(self, code: str) -> Item | None:
        """A column by its code."""
        return next((i for i in self.columns if i.code == code), None)

    def laned(self, rows: Rows) -> Rows:
        """Rows with the value by which they stand."""
        return rows.annotate(**{LANE: self.entity.fields[self.board.by].column.expression()})

    def of(self, rows: Rows, item: Item) -> Rows:
        """The rows of one column; of a closed one what moved there lately."""
        laned = self.laned(rows)
        return laned.filter(self._where([item]))

    def _where(self, items: Sequence[Item]) -> Q:
        """Of these columns. The path itself where there is one: an index knows it."""
        path = self.entity.fields[self.board.by].column.path or LANE
        lasting = [i.id for i in items if i.id and not self.passing(i)]
        passing = [i.id for i in items if i.id and self.passing(i)]
        found = Q(pk__in=[])
        if lasting:
            found |= Q(**({path: lasting[0]} if len(lasting) == 1 else {f"{path}__in": lasting}))
        if passing:
            found |= Q(**{f"{path}__in": passing, f"{self.aged}__gte": clock.day_start(clock.today() - timedelta(days=CLOSED_DAYS))})
        return found | Q(**{f"{path}__isnull": True}) if any(not i.id for i in items) else found

    def passing(self, item: Item) -> bool:
        """Whether cards leave this column by and by: it is an end, and the board knows since when they stand there."""
        return bool(self.aged) and is_closed(item)

    def figures(self, window: Window) -> dict[int | None, tuple[int, Any]]:
        """Count and sum of every column that has any: one grouped query. Values that are not to be added up have no sum."""
        total = summand(self.entity, self.board.total, self.reader.actor) if self.board.total else None

        def grouped(rows: Rows) -> statement.Statement:
            found = self.laned(rows).filter(self._where(self.columns)).order_by().values(LANE).annotate(n=Count("id"))
            sums = found.annotate(s=Value(None, output_field=IntegerField()) if total is None else Sum(total))
            return statement.compiled(sums.values_list(LANE, "n", "s"))

        return {lane: (count, amount) for lane, count, amount in window.read(("figures", *self._key()), grouped)}

    def windows(self, window: Window) -> dict[int, list[tuple[Any, ...]]]:
        """The first cards of every column, one more than are shown, by the id of the value; 0 where there is none."""
        columns = self.columns
        if not columns:
            return {}

        def composed(rows: Rows) -> statement.Statement:
            return paging.firsts([self.of(rows, item) for item in columns], self.sort, self.paths, WINDOW)

        read = window.read(("firsts", *self._key()), composed)
        return {item.id: mine for item, mine in zip(columns, paging.apart(read, len(columns), WINDOW), strict=True)}

    def _key(self) -> tuple[Hashable, ...]:
        """What goes into the board's statements beside the rows: columns and what is read of a card."""
        return (self.board, self.sort.code, self.compiled.keys, *((item.id, is_closed(item)) for item in self.columns))


def is_closed(item: Item) -> bool:
    """Whether a column is an end: won, lost, invalid."""
    return item.extra.get("outcome", "open") != "open"


def lanes(request: HttpRequest, entity: Entity, by: str) -> Lanes:
    """Read the board's part of the address; `by` is a field that `shapes.choices` offers. Raises ConditionError."""
    reader = reader_of(request)
    board = shapes.board_by(entity, reader.actor, by)
    kind: Any = entity.fields[by].kind
    known: list[Item] = kind.dictionary.items()
    groups: tuple[Item, ...] = ()
    group: Item | None = None
    if kind.depends_on and kind.depends_on in entity.fields:
        groups = tuple(entity.fields[kind.depends_on].kind.dictionary.active())  # type: ignore[attr-defined]
        asked = request.GET.get("lane", "")
        group = next((g for g in groups if g.code == asked), None) or next((g for g in groups if g.default), groups[0] if groups else None)
        known = [i for i in known if group is None or i.parent in (None, group.id)]
    rare = [*([unset()] if group is None else []), *(i for i in known if not i.active)]
    compiled = plan.compile(entity, [entity.title, *board.card], reader.actor)
    sort = query.sort_of(entity, reader.actor, request.GET.get("sort") or query.default_sort(entity, reader.actor, "-updated_at"))
    return Lanes(entity, board, reader, tuple(i for i in known if i.active), tuple(rare), groups, group, compiled, sort)


def unset() -> Item:
    """The column of what has no value."""
    return Item(0, "", _("Not set"), _("Not set"), "", 0, None, True, False, {})


__all__ = ["CLOSED_DAYS", "FOLLOWING", "WINDOW", "Lanes", "is_closed", "lanes", "unset"]
