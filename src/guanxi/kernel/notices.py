"""What people are told, as far as they may see what it is about when they read it.

Followers and new owners are told by the statement that announces a write (`write.after`); whoever is mentioned in a comment,
here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from django.db.models import Q

from guanxi.kernel import clock, directory, history
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.models import Comment, Notice
from guanxi.kernel.registry import registry

MENTIONED = "mentioned"
#: How far a person's page of notices and their figure go back, and for how many days what he has read, or not, is kept.
SHOWN, KEPT_DAYS, UNREAD_DAYS = 100, 90, 365
#: People whom one comment may call.
MOST_MENTIONED, MOST_CALLS = 20, 50


@dataclass(frozen=True)
class Told:
    """One notice that its reader may see, with the title of its record and what was said, if it was."""

    id: int
    at: datetime
    verb: str
    entity: Entity
    record: int
    title: str
    actor: int | None
    text: str
    unread: bool


def mentioned(text: str, actor: Actor) -> list[int]:
    """Ids of colleagues whom a text calls by @name, @login or, where several bear the name, @name(login); the longest name counts."""
    if "@" not in text:
        return []
    names: dict[str, int | None] = {}
    for entry in directory.colleagues(actor).values():
        if entry.active and entry.id != actor.id:
            names[entry.name.lower()] = None if entry.name.lower() in names else entry.id
            names |= {entry.code.lower(): entry.id, f"{entry.name}({entry.code})".lower(): entry.id}
    lengths = sorted({len(name) for name in names if name}, reverse=True)
    found: dict[int, None] = {}
    for start in (m.end() for m in islice(re.finditer("@", text), MOST_CALLS)):
        spelt = (text[start : start + length].lower() for length in lengths)
        called = next((n for n in spelt if n in names and _ends(n, text[start + len(n) :])), "")
        person = names.get(called)
        if person is not None:
            found[person] = None
    return list(found)[:MOST_MENTIONED]


def _ends(name: str, after: str) -> bool:
    """A name in Latin letters ends where a word ends; Chinese goes on without a space."""
    return not (after[:1].isascii() and after[:1].isalnum() and name[-1].isascii())


def call(entity: Entity, record: int, people: Iterable[int], comment: int, *, actor: Actor) -> list[int]:
    """Tell those who may see the record that a comment mentions them; ids of the others."""
    reached: list[int] = []
    missed: list[int] = []
    for person in people:
        (reached if sees(entity, record, person) else missed).append(person)
    Notice.objects.bulk_create(
        Notice(person=p, at=clock.now(), verb=MENTIONED, entity=entity.key, record=record, actor=actor.id, data={"comment": comment})
        for p in reached
    )
    if reached:  # once is enough for the owner and followers
        Notice.objects.filter(person__in=reached, verb="commented", data__comment=comment).delete()
    return missed


def sees(entity: Entity, record: int, person: int) -> bool:
    """Whether a person may see a record."""
    from guanxi.kernel import jobs  # which writes too

    return bool(entity.rows(jobs.resolved(person)).filter(id=record).exists())


def of(actor: Actor) -> list[Told]:
    """The person's notices, the latest first: those of records that he may see now, one query an entity."""
    rows = list(Notice.objects.filter(person=actor.id or 0).order_by("-id")[:SHOWN])
    titles = _titles(rows, actor)
    rows = [row for row in rows if (row.entity, row.record) in titles and _tells(row, actor)]
    said = _said([row.data.get("comment") for row in rows if row.data.get("comment")])
    why = history.reasons((row.data["write"], row.record) for row in rows if "write" in row.data and _owned(row, actor))
    return [
        Told(
            id=row.pk,
            at=row.at,
            verb=row.verb,
            entity=registry.get(row.entity),
            record=row.record,
            title=titles[row.entity, row.record],
            actor=row.actor,
            text=said.get(row.data.get("comment", 0), "") or why.get((row.data.get("write", ""), row.record), ""),
            unread=row.read_at is None,
        )
        for row in rows
    ]


def unread(actor: Actor) -> int:
    """How many of the latest he has not read, counting only what he may see."""
    rows = list(Notice.objects.filter(person=actor.id or 0, read_at=None).order_by("-id")[:SHOWN])
    titles = _titles(rows, actor)
    return sum((row.entity, row.record) in titles and _tells(row, actor) for row in rows)


def read(actor: Actor, record: int | None = None) -> None:
    """All of the person's notices are read, or those about one record."""
    rows = Notice.objects.filter(person=actor.id or 0, read_at=None)
    (rows if record is None else rows.filter(record=record)).update(read_at=clock.now())


def sweep() -> int:
    """Drop what was read long ago, or is older still; returns how many."""
    read, old = (clock.now() - timedelta(days=days) for days in (KEPT_DAYS, UNREAD_DAYS))
    return Notice.objects.filter(Q(read_at__lt=read) | Q(at__lt=old)).delete()[0]


def _tells(row: Notice, actor: Actor) -> bool:
    """Not that something changed which he may not see: neither what nor when."""
    keys = row.data.get("keys")
    return keys is None or not keys or bool(registry.get(row.entity).visible(actor).keys() & set(keys))


def _owned(row: Notice, actor: Actor) -> bool:
    """Whether he may read whose the record is, which is what a reason speaks of."""
    return "owner" in registry.get(row.entity).visible(actor) and actor.right(row.entity, "owner") != "masked"


def _titles(rows: Sequence[Notice], actor: Actor) -> dict[tuple[str, int], str]:
    known, found = {entity.key for entity in registry}, {}
    for key in dict.fromkeys(row.entity for row in rows if row.entity in known):
        entity = registry.get(key)
        if not actor.may(key, "view"):
            continue
        within = entity.rows(actor).filter(id__in={row.record for row in rows if row.entity == key})
        closed = actor.right(key, entity.title) in ("hidden", "masked")
        for record, title in within.values_list("id", entity.title):
            found[key, record] = str(entity.label) if closed else str(title).split("\n", maxsplit=1)[0][:80]
    return found


def _said(comments: list[int]) -> dict[int, str]:
    """What the comments say now: not what has been taken back."""
    rows = Comment.objects.filter(id__in=comments, deleted_at=None).values_list("id", "body")
    return {i: body if len(body) <= 120 else f"{body[:119]}…" for i, body in rows} if comments else {}


__all__ = ["MENTIONED", "Told", "call", "mentioned", "of", "read", "sees", "sweep", "unread"]
