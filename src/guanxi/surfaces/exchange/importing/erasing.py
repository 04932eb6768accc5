"""A person who is erased leaves the plans of imports too."""

from __future__ import annotations

from django.db.models import Q

from guanxi.kernel.entity import Entity
from guanxi.surfaces.exchange.models import ImportRow


def empty(entity: Entity, record: int) -> None:
    """Empty the rows that made or changed a record; that there was such a row stays."""
    rows = ImportRow.objects.filter(Q(record=record) | Q(target=record), run__entity=entity.key)
    rows.update(cells=[], values={}, children=[], title="", message="")
