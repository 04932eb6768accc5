"""Search entries after the shape has changed: of all records by a job, portion by portion, and of some at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from guanxi.kernel import jobs, search, versions
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field
from guanxi.kernel.lists import ListOf
from guanxi.kernel.registry import registry
from guanxi.kernel.write.lists import DOOR
from guanxi.kernel.write.unit import unit

KIND = "search"
PORTION = 2_000


def later(entities: Iterable[Entity], *, actor: Actor) -> None:
    """Have the search entries of all records written anew."""
    for entity in dict.fromkeys(entities):
        title = _("What the search knows of “%(entity)s”") % {"entity": entity.label_plural}
        jobs.start(KIND, title, actor, {"entity": entity.key, "url": f"/{entity.slug}/"}, jobs.BULK)


def renamed(of: ListOf, *, actor: Actor) -> None:
    """A value of a list is called otherwise: so is what its records are found by."""
    later([use.entity for use in of.uses if use.field.key in use.entity.searched], actor=actor)


def follow(entity: Entity, field: Field, ids: Sequence[int]) -> None:
    """A field of these records has been written by a statement of its own, which the search has not seen."""
    if field.key in entity.searched:
        search.write(entity, list(entity.rows_of(ids).filter(deleted_at=None)))


@jobs.runner(KIND)
def rewrite(progress: jobs.Progress) -> None:
    """All live records of an entity. Running twice is harmless."""
    versions.refresh(versions.current()["shape"])
    entity = registry.get(progress.spec["entity"])
    rows = entity.objects.filter(deleted_at=None).order_by("id")
    progress.total, last = rows.count(), 0
    while not progress.cancelled():
        with progress.slice(), unit(progress.actor, DOOR), search.gathered():
            portion = list(rows.filter(id__gt=last).select_for_update(of=("self",), no_key=True)[:PORTION])
            search.write(entity, portion)
            progress.advance(len(portion), done=len(portion))
        if len(portion) < PORTION:
            return
        last = portion[-1].id


__all__ = ["KIND", "follow", "later", "renamed", "rewrite"]
