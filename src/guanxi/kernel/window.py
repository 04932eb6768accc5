"""A list as somebody looks at it: an entity, an actor and conditions, composed into a query only when it must be."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q

from guanxi.kernel import access, clock, marks, paging, query, statement
from guanxi.kernel.actor import Actor
from guanxi.kernel.condition import tree
from guanxi.kernel.kept import Kept
from guanxi.kernel.paging import Page, Segment, Sort

if TYPE_CHECKING:
    from guanxi.kernel.entity import Entity
    from guanxi.kernel.plan import Plan
    from guanxi.kernel.query import Rows


#: Statements that hold the scope many times over, such as a board's: few are kept, for each may take a hundred kilobytes.
_large: Kept[statement.Statement] = Kept(200)


@dataclass(frozen=True)
class Window:
    """Records of `entity` on which `actor` may perform `action`, narrowed by every one of `conditions`.

    `among` leaves those that others have opened to him ("shared") or that bear his star ("starred"). `narrow` narrows
    further in a way named by `code`, with slots that `values` fill.
    """

    entity: Entity
    actor: Actor
    action: str = "view"
    conditions: tuple[Any, ...] = ()
    among: str = ""
    code: str = ""
    narrow: Callable[[Rows], Any] | None = None
    values: dict[str, Any] = field(default_factory=dict)

    def rows(self, arm: Q | None = None) -> Rows:
        """The query, of the whole scope or of one arm of it. Raises ConditionError."""
        rows = query.rows(self.entity, self.actor, action=self.action, arm=arm)
        if self.among:
            ids = (
                access.shared_ids(self.entity.key, self.actor, "view")
                if self.among == "shared"
                else marks.star_ids(self.entity, self.actor)
            )
            rows = rows.filter(access.AnyOf(F("id"), ids))
        for condition in filter(None, self.conditions):
            rows = rows.where(condition)
        return self.narrow(rows) if self.narrow else rows

    def page(self, sort: Sort, wanted: Plan, *, cursor: str = "", size: int = paging.PAGE_SIZE) -> Page:
        """One page of tuples (id, sort value, the plan's paths). Raises ConditionError."""
        key = (*self._rows_key(), sort.code, wanted.keys)

        def make(segment: Segment) -> statement.Statement:
            # What is narrowed to a few rows is read through those, not through the arms of the scope.
            arms = None if self.narrow else access.walks(self.entity, self.actor, self.action, paging.MOST_ARMS)
            composed = paging.segment(self.rows, arms, sort, list(wanted.paths), segment)
            made = statement.compiled(composed, lasting=self._lasting())
            return statement.written(made) if any(self.conditions) else made

        def reading(segment: Segment) -> statement.Statement:
            return statement.kept(self.actor, (*key, segment), lambda: make(segment))

        return paging.page(sort, reading, cursor=cursor, size=size, **self.values)

    def read(self, code: tuple[Hashable, ...], make: Callable[[Rows], statement.Statement]) -> list[tuple[Any, ...]]:
        """Run what `make` compiles of the rows, which it does only when nothing is kept of the same rows under `code`. Raises ConditionError."""

        def whole() -> statement.Statement:
            return replace(statement.written(make(self.rows())), lasting=self._lasting())

        key = (*self._rows_key(), *code)
        return _large.get(self.actor, (clock.today(), *key), whole, lasts=lambda s: s.lasting).run(**self.values)

    def _rows_key(self) -> tuple[Hashable, ...]:
        """What goes into the rows beside the actor."""
        return (self.entity.key, self.action, self._conditions(), self.among, self.code)

    def _lasting(self) -> bool:
        """Whether the conditions mean the same later on; the name of another record may by then be out of reach."""
        return all(tree.lasting(tree.parse(self.entity, c, self.actor)) for c in filter(None, self.conditions))

    def _conditions(self) -> str:
        return json.dumps(self.conditions, ensure_ascii=False, default=str) if self.conditions else ""
