"""Figures of other records in own fields: counted for all records by a job, portion by portion; after that every write keeps them."""

from __future__ import annotations

from guanxi.kernel import custom, jobs, own_index, versions
from guanxi.kernel.actor import Actor
from guanxi.kernel.fields.column import Keyed
from guanxi.kernel.models import CustomField
from guanxi.kernel.registry import registry
from guanxi.kernel.write import reckoning, rollups
from guanxi.kernel.write.lists import DOOR
from guanxi.kernel.write.unit import unit

KIND = "rollup"
PORTION = 2_000


def later(row: CustomField, *, actor: Actor) -> None:
    """Have it counted for all records; every write of a child asks for those beside it, so an own lookup gets an index first."""
    via = CustomField.objects.filter(entity=row.options["child"], pk=row.options["via"][1:], quick=False) if _own(row) else ()
    for each in via:
        CustomField.objects.filter(pk=each.pk).update(quick=True)
        custom.load()
        own_index.later(each, actor=actor)
    reckoning.later(row, actor=actor, kind=KIND)


def _own(row: CustomField) -> bool:
    """Whether a figure is counted along a lookup that administrators added."""
    via = registry.get(row.options["child"]).fields.get(row.options["via"])
    return via is not None and isinstance(via.column, Keyed)


@jobs.runner(KIND)
def count(progress: jobs.Progress) -> None:
    """All records, the recycle bin included. Running twice is harmless."""
    versions.refresh(versions.current()["shape"])
    row = CustomField.objects.get(pk=progress.spec["field"])
    entity = registry.get(row.entity)
    ids = entity.objects.order_by("id").values_list("id", flat=True)
    progress.total, last = ids.count(), 0
    while not progress.cancelled() and (portion := list(ids.filter(id__gt=last)[:PORTION])):
        with progress.slice(), unit(progress.actor, DOOR):
            moved = rollups.recompute(entity, portion, str(row.options["child"]))
            progress.advance(len(portion), done=moved)
        last = portion[-1]


__all__ = ["KIND", "count", "later"]
