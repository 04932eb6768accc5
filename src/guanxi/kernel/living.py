"""Children of a deactivated parent are hidden through it; nothing was written to them, and their entries stay where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Case, IntegerField, OuterRef, Subquery, Value, When
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
    found = IsNull(Subquery(gone.values("id")[:1]), False)
    return IsNull(Case(When(found, then=None), default=Value(1), output_field=IntegerField()), False)
