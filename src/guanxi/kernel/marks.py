"""What a person marks for himself: records with a star, those that he follows, and those that he has lately looked at.

Nobody else sees it, no right follows from it, and what is out of his reach by now is not shown to him any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from guanxi.kernel import clock
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.models import Mark
from guanxi.kernel.registry import registry

STAR, FOLLOWED, SEEN = "star", "follow", "seen"
#: How many records a person's list of what he looked at goes back.
REMEMBERED = 30


def put(kind: str, entity: Entity, record: int, actor: Actor, *, on: bool = True) -> None:
    """Mark a record, or take the mark off. Whoever calls has seen that it is in reach."""
    if on:
        _put(actor, entity, record, kind)
    else:
        Mark.objects.filter(person=actor.id or 0, entity=entity.key, record=record, kind=kind).delete()


def on(entity: Entity, record: int, actor: Actor) -> set[str]:
    """The marks that the person has put on a record."""
    return set(Mark.objects.filter(person=actor.id or 0, entity=entity.key, record=record).values_list("kind", flat=True))


def star_ids(entity: Entity, actor: Actor) -> QuerySet[Any]:
    """Ids of the records of an entity that bear the person's star."""
    return Mark.objects.filter(person=actor.id or 0, entity=entity.key, kind=STAR).values_list("record", flat=True)


def see(entity: Entity, record: int, actor: Actor) -> None:
    """Remember that the person looked at a record just now; what he looked at long before is forgotten."""
    _put(actor, entity, record, SEEN)
    seen = Mark.objects.filter(person=actor.id or 0, kind=SEEN).order_by("-at", "-id")
    Mark.objects.filter(id__in=list(seen.values_list("id", flat=True)[REMEMBERED:])).delete()


def shown(kind: str, actor: Actor, most: int) -> list[tuple[Entity, int, str]]:
    """Marked records that are in reach, the latest first, with their titles: one query for the marks and one an entity."""
    marks = list(Mark.objects.filter(person=actor.id or 0, kind=kind).order_by("-at", "-id").values_list("entity", "record")[:REMEMBERED])
    titles: dict[tuple[str, int], str] = {}
    known = {entity.key for entity in registry}
    for key in dict.fromkeys(key for key, _record in marks if key in known):
        entity = registry.get(key)
        if actor.may(key, "view") and actor.right(key, entity.title) not in ("hidden", "masked"):
            titles |= {(key, i): title for i, title in _titles(entity, [r for e, r in marks if e == key], actor)}
    found = [(registry.get(key), record, titles[key, record]) for key, record in marks if (key, record) in titles]
    return found[:most]


def _titles(entity: Entity, ids: Sequence[int], actor: Actor) -> list[tuple[int, str]]:
    rows = entity.rows(actor).filter(id__in=ids).values_list("id", entity.title)
    return [(i, str(title).split("\n", maxsplit=1)[0][:80]) for i, title in rows]


def _put(actor: Actor, entity: Entity, record: int, kind: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_mark (person, entity, record, kind, at) VALUES (%s, %s, %s, %s, %s) "
            "ON CONFLICT (person, kind, entity, record) DO UPDATE SET at = excluded.at",
            [actor.id, entity.key, record, kind, clock.now()],
        )


__all__ = ["FOLLOWED", "SEEN", "STAR", "on", "put", "see", "shown", "star_ids"]
