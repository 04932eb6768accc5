"""Pages by keyset: a page starts where its neighbour ended, so that the thousandth costs what the first does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.db.models import IntegerField, Q, Value
from django.utils.translation import gettext as _

from guanxi.kernel.condition.tree import ConditionError
from guanxi.kernel.statement import Slot, Statement, compiled

PAGE_SIZE = 50
#: A scope of at most so many arms reads a page as a merge of the first rows of each.
MOST_ARMS = 4
_SALT = "guanxi.cursor"


@dataclass(frozen=True)
class Page:
    """A page of rows, each starting with its id and sort value, and the cursors of its neighbours."""

    rows: list[tuple[Any, ...]]
    first: int
    next: str
    previous: str

    @property
    def last(self) -> int:
        """Position of the last row, counted from 1."""
        return self.first + len(self.rows) - 1


@dataclass(frozen=True)
class Sort:
    """A field, by the path it sorts by, in one direction; empty values come last in both."""

    key: str
    path: Any
    descending: bool
    nullable: bool

    @property
    def code(self) -> str:
        """As it stands in an address: `-updated_at`."""
        return f"-{self.key}" if self.descending else self.key


@dataclass(frozen=True)
class Segment:
    """A walk along one order: rows with a value of the sort key or those without, from a cursor on or from the start."""

    empty: bool
    down: bool
    beyond: bool
    size: int


#: Gives the statement that reads a segment.
Reading = Callable[[Segment], Statement]


def page(sort: Sort, reading: Reading, *, cursor: str = "", size: int = PAGE_SIZE, **values: Any) -> Page:
    """One page of tuples (id, sort value, …); `cursor` comes from a neighbour page, `values` fill the reading's slots."""
    at = read_cursor(cursor, sort) if cursor else None
    back = bool(at and at["d"] < 0)
    rows = _walk(sort, reading, at, values, back=back, size=size + 1)
    more = len(rows) > size
    rows = rows[:size]
    if back:
        rows.reverse()
    first = _first(at, len(rows), back=back)
    has_next, has_previous = (True, more) if back else (more, bool(at))
    following = _cursor(sort, rows[-1], first + len(rows) - 1, 1) if has_next and rows else ""
    preceding = _cursor(sort, rows[0], first, -1) if has_previous and rows else ""
    return Page(rows, first, following, preceding)


def _walk(
    sort: Sort, reading: Reading, at: dict[str, Any] | None, values: dict[str, Any], *, back: bool, size: int
) -> list[tuple[Any, ...]]:
    """Walk the rows with a value and then those without (the other way round when going back), from the cursor on."""
    segments = [False, True] if sort.nullable else [False]
    if back:
        segments.reverse()
    if at is not None and sort.nullable:
        segments = segments[segments.index(at["v"] is None) :]
    down = sort.descending != back
    found: list[tuple[Any, ...]] = []
    for empty in segments:
        statement = reading(Segment(empty, down, at is not None, size))
        cursor = {"at_value": at["v"], "at_id": at["i"]} if at is not None else {}
        found += list({row[0]: row for row in statement.run(**values, **cursor)}.values())[: size - len(found)]
        at = None
        if len(found) >= size:
            break
    return found


def segment(rows: Callable[[Q | None], Any], arms: list[Q] | None, sort: Sort, paths: list[Any], wanted: Segment) -> Any:
    """The query of a segment. `rows(arm)` gives the rows of one arm of the scope, or of all of it for None."""
    if arms is None or not 2 <= len(arms) <= MOST_ARMS:
        return _part(rows(None), sort, paths, wanted)
    parts = [_part(rows(arm), sort, paths, wanted) for arm in arms]
    # A row of two arms comes twice; whoever reads drops the second.
    return parts[0].union(*parts[1:], all=True).order_by(*_order(sort, wanted))


def _part(rows: Any, sort: Sort, paths: list[Any], wanted: Segment) -> Any:
    if not isinstance(sort.path, str):
        rows = rows.annotate(_key=sort.path)
    key = sort.path if isinstance(sort.path, str) else "_key"
    if sort.nullable:
        rows = rows.filter(**{f"{key}__isnull": wanted.empty})
    if wanted.beyond:
        rows = rows.filter(_beyond(key, wanted))
    return rows.order_by(*_order(sort, wanted)).values_list("id", key, *paths)[: wanted.size]


def _order(sort: Sort, wanted: Segment) -> list[str]:
    mark = "-" if wanted.down else ""
    key = sort.path if isinstance(sort.path, str) else "_key"
    return [f"{mark}id"] if wanted.empty else [f"{mark}{key}", f"{mark}id"]


def _beyond(key: str, wanted: Segment) -> Q:
    """Rows after the cursor; the first factor lets the index start at the right place."""
    side = "lt" if wanted.down else "gt"
    value, place = Slot("at_value"), Slot("at_id")
    if wanted.empty:
        return Q(**{f"id__{side}": place})
    return Q(**{f"{key}__{side}e": value}) & (Q(**{f"{key}__{side}": value}) | Q(**{f"id__{side}": place}))


def firsts(parts: Sequence[Any], sort: Sort, paths: list[Any], size: int) -> Statement:
    """One statement of the first `size` + 1 rows of each of several queries of one model: (id, sort value, …, place of the part).

    Rows without a sort value come last, as they do on a page; `apart` tells the parts from each other.
    """
    selects = []
    for place, rows in enumerate(parts):
        for empty in [False, True] if sort.nullable else [False]:
            wanted = Segment(empty, sort.descending, False, size + 1)
            numbered = rows.annotate(_part=Value(2 * place + empty, output_field=IntegerField()))
            selects.append(_part(numbered, sort, [*paths, "_part"], wanted))
    order = _order(sort, Segment(False, sort.descending, False, size))
    return compiled(selects[0].union(*selects[1:], all=True).order_by("_part", *order) if len(selects) > 1 else selects[0])


def apart(rows: Iterable[tuple[Any, ...]], parts: int, size: int) -> list[list[tuple[Any, ...]]]:
    """The rows of `firsts`, at most `size` + 1 for each of its parts."""
    found: list[list[tuple[Any, ...]]] = [[] for _part in range(parts)]
    for row in rows:
        mine = found[row[-1] // 2]
        if len(mine) <= size:
            mine.append(row[:-1])
    return found


def after(sort: Sort, row: tuple[Any, ...], position: int) -> str:
    """The cursor of the page that follows `row`, the `position`th of its order."""
    return _cursor(sort, row, position, 1)


def _first(at: dict[str, Any] | None, count: int, *, back: bool) -> int:
    if at is None:
        return 1
    return max(1, int(at["n"]) - count) if back else int(at["n"]) + 1


def _cursor(sort: Sort, row: tuple[Any, ...], position: int, direction: int) -> str:
    value = row[1]
    if hasattr(value, "isoformat"):
        value = value.isoformat()
    elif value is not None and not isinstance(value, (int, str)):
        value = str(value)
    return signing.dumps({"s": sort.code, "v": value, "i": row[0], "n": position, "d": direction}, salt=_SALT, compress=True)


def read_cursor(cursor: str, sort: Sort) -> dict[str, Any]:
    """Open a signed cursor. Raises ConditionError when it is forged or of another sort."""
    try:
        at: dict[str, Any] = signing.loads(cursor, salt=_SALT)
    except signing.BadSignature:
        raise ConditionError(_("This page address is damaged. Start again from the first page.")) from None
    if at.get("s") != sort.code or (at["v"] is None and not sort.nullable):
        raise ConditionError(_("This page address belongs to another sorting. Start again from the first page."))
    return at


__all__ = ["PAGE_SIZE", "Page", "Segment", "Sort", "after", "apart", "firsts", "page", "read_cursor", "segment"]
