"""Children of a deactivated parent are hidden through it; nothing was written to them, and their entries stay where they are.

Likewise what still bears the stamps that its parent had before a great handover, until it has followed: see `write.lagging`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Case, IntegerField, OuterRef, Q, Subquery, Value, When
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
    gone = target.model._default_manager.filter(id=OuterRef(path), deleted_at__isnull=False)
    return _hardly_ever(Q(IsNull(Subquery(gone.values("id")[:1]), False)))


def settled(*paths: str) -> IsNull:
    """Whether the stamps are those of now, of what hangs on the records that these columns name.

    Nearly always nothing lags: that is asked once a query, and no row is probed then.
    """
    from guanxi.kernel.models import Lag

    lags = IsNull(Subquery(Lag.objects.values("record")[:1]), False)
    these = Q()
    for path in paths:
        these |= Q(IsNull(Subquery(Lag.objects.filter(record=OuterRef(path)).values("record")[:1]), False))
    return _hardly_ever(Q(lags) & these)


def _hardly_ever(what: Q) -> IsNull:
    """That a condition does not hold, which the planner takes for granted."""
    return IsNull(Case(When(what, then=None), default=Value(1), output_field=IntegerField()), False)
