"""The one road out: what this person may see, filtered, sorted and paged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

from django.db import connection, models
from django.db.models import F, Q
from django.utils.translation import gettext as _

from guanxi.kernel import access, paging, statement
from guanxi.kernel.actor import Actor
from guanxi.kernel.condition import sql, tree
from guanxi.kernel.condition.tree import ConditionError
from guanxi.kernel.living import living_parent
from guanxi.kernel.paging import Page, Segment, Sort

if TYPE_CHECKING:
    from guanxi.kernel.entity import Entity

#: Above this many rows a sort without an index is refused with a hint.
UNINDEXED_ROWS = 50_000
COUNT_LIMIT = 1_000


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
        return sort_of(self.entity, self.actor, code)

    def bounded_count(self, limit: int = COUNT_LIMIT) -> int:
        """How many there are, counting no further than `limit` + 1."""
        return self.order_by().values("id")[: limit + 1].count()

    def page(self, sort: Sort, paths: list[Any], *, cursor: str = "", size: int = paging.PAGE_SIZE) -> Page:
        """One page of tuples (id, sort value, *paths) by keyset; `cursor` comes from a neighbour page."""
        arms = access.walks(self.entity, self.actor, self.action, paging.MOST_ARMS)

        def part(arm: Q | None) -> Rows:
            return self if arm is None else self.filter(arm)

        def reading(wanted: Segment) -> statement.Statement:
            return statement.compiled(paging.segment(part, arms, sort, paths, wanted))

        return paging.page(sort, reading, cursor=cursor, size=size)


def titles(entity: Entity, ids: Sequence[int], actor: Actor) -> dict[int, str]:
    """Titles of those of these records that `actor` may see, in the recycle bin or not."""

    def make() -> statement.Statement:
        named = rows(entity, actor, deleted=None).filter(access.AnyOf(F("id"), statement.Slot("ids")))
        return statement.compiled(named.order_by().values_list("id", entity.title))

    return dict(statement.kept(actor, ("titles", entity.key), make).run(ids=list(ids)))


def sort_of(entity: Entity, actor: Actor, code: str) -> Sort:
    """Check a sort code. Raises ConditionError for fields that this actor may not sort by."""
    key = code.lstrip("-")
    if key == "id":
        return Sort(key, F("id"), code.startswith("-"), False)
    field = entity.visible(actor).get(key)
    if field is None or not _may_sort(entity, actor, key):
        raise ConditionError(_("There is no sorting by “%(name)s”.") % {"name": key})
    if field.column.path is None:
        expression: Any = field.column.expression()
        nullable = True
    else:
        expression = entity.sort_path(key)
        nullable = bool(entity.model._meta.get_field(expression).null)
    if key not in entity.sorts and not field.quick and estimate(entity) > UNINDEXED_ROWS:
        raise ConditionError(
            _("Sorting so many records by “%(name)s” needs an index. Filter first, or ask for one.") % {"name": field.label}
        )
    return Sort(key, expression, code.startswith("-"), nullable)


def default_sort(entity: Entity, actor: Actor, *wanted: str) -> str:
    """The first of the sorts `wanted`, then of the declared ones, newest first, that this actor may use; else by id."""
    declared = (f"-{key}" for key in entity.sorts)
    return next((code for code in (*wanted, *declared) if code and _may_sort(entity, actor, code.lstrip("-"))), "-id")


def _may_sort(entity: Entity, actor: Actor, key: str) -> bool:
    field = entity.visible(actor).get(key)
    return field is not None and field.kind.sortable and actor.right(entity.key, key) != "masked"


def estimate(entity: Entity) -> int:
    """PostgreSQL's own estimate of the rows of an entity: free, and good enough to decide what to refuse."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [entity.table])
        row = cursor.fetchone()
    return max(0, int(row[0])) if row else 0


def rows(entity: Entity, actor: Actor, *, action: str = "view", deleted: bool | None = False, arm: Q | None = None) -> Rows:
    """Start here: records of `entity` on which `actor` may perform `action`, or those of one arm of this scope."""
    start: Rows = Rows(model=entity.model)
    start.entity, start.actor, start.action = entity, actor, action
    start = entity.among(start)
    if not actor.may(entity.key, action):
        return start.none()  # type: ignore[return-value]
    if deleted is not None:
        start = start.filter(deleted_at__isnull=not deleted)
    within = access.scope(entity, actor, action) if arm is None else arm
    if within is not None:
        start = start.filter(within)
    return start if deleted is None else _living_parent(start)


def _living_parent(rows: Rows) -> Rows:
    """Without the children of what is in the recycle bin."""
    entity = rows.entity
    if not entity.parent:
        return rows
    parent = entity.fields[entity.parent]
    target = parent.kind.target  # type: ignore[attr-defined]
    return rows.filter(living_parent(target, str(parent.column.path)))


__all__ = ["F", "Page", "Rows", "Sort", "default_sort", "estimate", "rows", "sort_of"]
