"""Recalculating a formula, and what follows from it, for all records: by a job, portion by portion."""

from __future__ import annotations

from django.utils.translation import gettext as _

from guanxi.kernel import jobs, own_index, reckoned, versions
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.models import CustomField
from guanxi.kernel.registry import registry
from guanxi.kernel.write import after
from guanxi.kernel.write.lists import DOOR
from guanxi.kernel.write.unit import unit

KIND = "formula"
PORTION = 2_000


def later(row: CustomField, *, actor: Actor, kind: str = KIND) -> None:
    """Have the field of all records worked out anew, by the runner of `kind`."""
    title = _("Recalculating “%(name)s”") % {"name": row.label}
    jobs.start(kind, title, actor, {"field": row.pk, "url": f"/admin/fields/{registry.get(row.entity).slug}/?field={row.pk}"}, jobs.BULK)


@jobs.runner(KIND)
def recalculate(progress: jobs.Progress) -> None:
    """The formula first, then those that read it. Running twice is harmless.

    What keeps values apart is set aside meanwhile: between the first record and the last, old values meet new ones.
    """
    versions.refresh(versions.current()["shape"])
    row = CustomField.objects.get(pk=progress.spec["field"])
    entity = registry.get(row.entity)
    formulas = reckoned.dependents(entity, f"f{row.pk}")
    progress.total = entity.objects.count() * len(formulas)
    apart = list(CustomField.objects.filter(pk__in=[formula.key[1:] for formula in formulas if formula.field.unique]))
    for each in apart:
        own_index.set_aside(each)
    try:
        _reckon(progress, entity, formulas)
    finally:
        for each in apart:
            own_index.later(each, actor=progress.actor)


def _reckon(progress: jobs.Progress, entity: Entity, formulas: list[reckoned.Formula]) -> None:
    for formula in formulas:
        last: int | None = 0
        while last is not None and not progress.cancelled():
            with progress.slice(), unit(progress.actor, DOOR) as u:
                moved, last = reckoned.recalculate(entity, formula, last, PORTION)
                after.announce(u, entity, moved, "updated", {"keys": [formula.key]})
                progress.advance(PORTION if last is not None else 0, done=len(moved))
    progress.total = progress.done


__all__ = ["KIND", "later", "recalculate"]
