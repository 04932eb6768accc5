"""The one road out: what this person may see, filtered, sorted and paged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from django.core import signing
from django.db import connection, models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext as _

from guanxi.kernel import access
from guanxi.kernel.actor import Actor
from guanxi.kernel.condition import sql, tree
from guanxi.kernel.condition.tree import ConditionError

if TYPE_CHECKING:
    from guanxi.kernel.entity import Entity

#: Above this many rows a sort without an index is refused with a hint.
UNINDEXED_ROWS = 50_000
COUNT_LIMIT = 1_000
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


class Rows(models.QuerySet[Any]):
    """Records in an actor's scope. Knows whose it is, so that conditions behind relations are scoped too."""

    entity: Entity
    actor: Actor
    action: str

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]
        clone.entity, clone.actor, clone.action = self.entity, self.actor, self.action
        return clone

    def where(self, condition: Any) -> Rows:
        """Narrow by a condition (JSON or a parsed node). Raises ConditionError."""
        if not isinstance(condition, (tree.Test, tree.Related, tree.Group)):
            condition = tree.parse(self.entity, condition, self.actor)
        return self.filter(sql.to_q(condition, self.actor))

    def sort(self, code: str) -> Sort:
        """Check a sort code. Raises ConditionError for fields that this actor may not sort by."""
        key = code.lstrip("-")
        field = self.entity.visible(self.actor).get(key)
        if field is None or not field.kind.sortable or self.actor.right(self.entity.key, key) == "masked":
            raise ConditionError(_("There is no sorting by “%(name)s”.") % {"name": key})
        if field.column.path is None:
            expression: Any = field.column.expression()
            nullable = True
        else:
            expression = self.entity.sort_path(key)
            nullable = bool(self.model._meta.get_field(expression).null)
        if key not in self.entity.sorts and estimate(self.model) > UNINDEXED_ROWS:
            raise ConditionError(
                _("Sorting so many records by “%(name)s” needs an index. Filter first, or ask for one.") % {"name": field.label}
            )
        return Sort(key, expression, code.startswith("-"), nullable)

    def bounded_count(self, limit: int = COUNT_LIMIT) -> int:
        """How many there are, counting no further than `limit` + 1."""
        return self.order_by().values("id")[: limit + 1].count()

    def page(self, sort: Sort, paths: list[Any], *, cursor: str = "", size: int = PAGE_SIZE) -> Page:
        """One page of tuples (id, sort value, *paths) by keyset; `cursor` comes from a neighbour page."""
        at = read_cursor(cursor, sort) if cursor else None
        back = bool(at and at["d"] < 0)
        rows = self._keyset(sort, paths, at, back=back, size=size + 1)
        more = len(rows) > size
        rows = rows[:size]
        if back:
            rows.reverse()
        first = _first(at, len(rows), back=back)
        has_next, has_previous = (True, more) if back else (more, bool(at))
        following = _cursor(sort, rows[-1], first + len(rows) - 1, 1) if has_next and rows else ""
        preceding = _cursor(sort, rows[0], first, -1) if has_previous and rows else ""
        return Page(rows, first, following, preceding)

    def _keyset(self, sort: Sort, paths: list[Any], at: dict[str, Any] | None, *, back: bool, size: int) -> list[tuple[Any, ...]]:
        """Walk the rows with a value and then those without (the other way round when going back), from the cursor on."""
        segments = [False, True] if sort.nullable else [False]
        if back:
            segments.reverse()
        if at is not None and sort.nullable:
            segments = segments[segments.index(at["v"] is None) :]
        found: list[tuple[Any, ...]] = []
        for empty in segments:
            found += self._segment(sort, paths, at, empty=empty, back=back, size=size - len(found))
            at = None
            if len(found) >= size:
                break
        return found

    def _segment(
        self, sort: Sort, paths: list[Any], at: dict[str, Any] | None, *, empty: bool, back: bool, size: int
    ) -> list[tuple[Any, ...]]:
        rows: Any = self
        if not isinstance(sort.path, str):
            rows = rows.annotate(_key=sort.path)
        key = sort.path if isinstance(sort.path, str) else "_key"
        if sort.nullable:
            rows = rows.filter(**{f"{key}__isnull": empty})
        down = sort.descending != back
        if at is not None:
            rows = rows.filter(_beyond(key, at, down=down, empty=empty))
        mark = "-" if down else ""
        order = [f"{mark}id"] if empty else [f"{mark}{key}", f"{mark}id"]
        rows = rows.order_by(*order)
        arms = access.arm_conditions(self.entity, self.actor, self.action) or []
        if not 2 <= len(arms) <= MOST_ARMS:
            return list(rows.values_list("id", key, *paths)[:size])
        parts = [rows.filter(arm).values_list("id", key, *paths)[:size] for arm in arms]
        return _merged(parts, size, down=down, empty=empty)


def _merged(parts: list[Any], size: int, *, down: bool, empty: bool) -> list[tuple[Any, ...]]:
    """The first rows of a union of arms from the first rows of each: every part walks an index of its own."""
    found = {row[0]: row for row in parts[0].union(*parts[1:], all=True)}
    ordered = sorted(found.values(), key=lambda row: (row[0],) if empty else (row[1], row[0]), reverse=down)
    return ordered[:size]


def _beyond(key: str, at: dict[str, Any], *, down: bool, empty: bool) -> Q:
    """Rows after the cursor; the first factor lets the index start at the right place."""
    side = "lt" if down else "gt"
    if empty:
        return Q(**{f"id__{side}": at["i"]})
    return Q(**{f"{key}__{side}e": at["v"]}) & (Q(**{f"{key}__{side}": at["v"]}) | Q(**{f"id__{side}": at["i"]}))


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
    if at.get("s") != sort.code:
        raise ConditionError(_("This page address belongs to another sorting. Start again from the first page."))
    return at


def estimate(model: type[models.Model]) -> int:
    """PostgreSQL's own estimate of a table's rows: free, and good enough to decide what to refuse."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [model._meta.db_table])
        row = cursor.fetchone()
    return max(0, int(row[0])) if row else 0


def rows(entity: Entity, actor: Actor, *, action: str = "view", deleted: bool | None = False) -> Rows:
    """Start here: records of `entity` on which `actor` may perform `action`."""
    start: Rows = Rows(model=entity.model)
    start.entity, start.actor, start.action = entity, actor, action
    if not actor.may(entity.key, action):
        return start.none()  # type: ignore[return-value]
    if deleted is not None:
        start = start.filter(deleted_at__isnull=not deleted)
    within = access.scope(entity, actor, action)
    if within is not None:
        start = start.filter(within)
    return start if deleted is None else _living_parent(start)


def _living_parent(rows: Rows) -> Rows:
    """Children of a deactivated parent are hidden through it; nothing was written to them."""
    entity = rows.entity
    if not entity.parent:
        return rows
    parent = entity.fields[entity.parent]
    target = parent.kind.target  # type: ignore[attr-defined]
    gone = target.model._default_manager.filter(id=OuterRef(str(parent.column.path)), deleted_at__isnull=False)
    return rows.filter(~Exists(gone))


__all__ = ["F", "Page", "Rows", "Sort", "estimate", "read_cursor", "rows"]
