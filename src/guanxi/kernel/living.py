"""Children of a deactivated parent are hidden through it; nothing was written to them, and their entries stay where they are.

Likewise what still bears the stamps that its parent had before a great handover, until it has followed: see `write.lagging`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import BooleanField, Case, Exists, F, Func, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.lookups import IsNull

if TYPE_CHECKING:
    from guanxi.kernel.entity import Entity


def living_parent(target: Entity, path: str) -> IsNull:
    """Whether the `target` record that the column `path` names, if any, is not in the recycle bin.

    A probe of the index over the deactivated for each row that is looked at. PostgreSQL turns a bare NOT EXISTS into a join, and takes
    the recycle bin for empty until its statistics are renewed: an import of ten thousand undone made a search a hundred times slower.
    A scalar subquery stays a probe, where EXISTS may be read whole first; and IS NOT NULL is expected to hold nearly always, as this
    does, so that the planner goes on choosing the index for what else is asked.
    """
    gone = target.objects.filter(id=OuterRef(path), deleted_at__isnull=False)
    return _hardly_ever(Q(IsNull(Subquery(gone.values("id")[:1]), False)))


def settled(target: Entity, path: str, prefix: str = "") -> IsNull:
    """Whether a child bears the stamps that its parent, the `target` record that the column `path` names, has now.

    `prefix` leads to the child. Nearly always nothing lags: that is asked once a query, and no row is probed then. A parent that
    itself hangs on a record that lags says nothing: its own stamps are those of before.
    """
    from guanxi.kernel.models import Lag

    same = target.objects.filter(id=OuterRef("record"))
    for name in ("owner_id", "department_id"):
        same = same.filter(_Same(F(name), OuterRef(OuterRef(f"{prefix}{name}"))))
    stale = Lag.objects.filter(Q(under__isnull=False) | ~Q(Exists(same)), record=OuterRef(f"{prefix}{path}"))
    return _hardly_ever(_anything_lags() & Q(IsNull(Subquery(stale.values("record")[:1]), False)))


def followed(*paths: str) -> IsNull:
    """Whether none of the records that these columns name lags: what bears something of several is not looked at closer."""
    from guanxi.kernel.models import Lag

    these = Q()
    for path in paths:
        these |= Q(IsNull(Subquery(Lag.objects.filter(record=OuterRef(path)).values("record")[:1]), False))
    return _hardly_ever(_anything_lags() & these)


def _anything_lags() -> Q:
    from guanxi.kernel.models import Lag

    return Q(IsNull(Subquery(Lag.objects.values("record")[:1]), False))


class _Same(Func):
    """Equality for which two empty values are equal."""

    arg_joiner = " IS NOT DISTINCT FROM "
    template = "(%(expressions)s)"
    output_field = BooleanField()
    arity = 2


def _hardly_ever(what: Q) -> IsNull:
    """That a condition does not hold, which the planner takes for granted."""
    return IsNull(Case(When(what, then=None), default=Value(1), output_field=IntegerField()), False)
