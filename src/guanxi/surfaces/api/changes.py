"""`/api/v1/changes`: what has happened to records since a cursor, for programs that keep a copy; see docs/decisions/0022.

The order is that of the outbox: transaction, then number within it, as far as no older transaction can still commit. So a
cursor never skips what was written earlier and committed later, and never meets anything twice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.registry import registry
from guanxi.surfaces.api.collection import answer, following, parameters
from guanxi.surfaces.api.door import entity_of
from guanxi.surfaces.api.problems import Problem, missing
from guanxi.surfaces.api.values import Shape

PARAMETERS = ("since", "entity", "limit", "include")
USUAL, MOST = 200, 1_000
#: Events of all entities that one request looks through: of a rare entity a page may be short, or empty, and go on all the same.
LOOKED_THROUGH = 5_000
KINDS = {"created": "created", "restored": "restored"}
_CURSOR = re.compile(r"(\d{1,19})-(\d{1,19})")


@dataclass(frozen=True)
class Fact:
    """One event of the outbox."""

    tx: int
    number: int
    at: datetime
    entity: str
    record: int
    verb: str
    actor: int | None
    write: UUID
    data: dict[str, Any]


@dataclass(frozen=True)
class Stretch:
    """Events in order; `end` is where the next one begins, `more` whether something is known to follow."""

    facts: list[Fact]
    end: tuple[int, int]
    more: bool


def read(request: HttpRequest, actor: Actor) -> HttpResponse:
    """A page of changes; `next` is always there and always leads on, to what has not happened yet at last."""
    parameters(request, PARAMETERS)
    entities = _entities(request, actor)
    whole = _included(request)
    size = _size(request)
    begin = _begin(request.GET.get("since", ""))
    found = stretch(begin, [entity.key for entity in entities], size)
    results = list(told(found.facts, actor, whole=whole))
    cursor = f"{found.end[0]}-{found.end[1]}"
    return answer({"results": results, "cursor": cursor, "more": found.more, "next": following(request, since=cursor)})


def stretch(begin: tuple[int, int], entities: Iterable[str], size: int) -> Stretch:
    """At most `size` events of these entities after `begin`, of those whose place in the order is settled."""
    with connection.cursor() as cursor:
        cursor.execute(_SETTLED, {"tx": begin[0], "id": begin[1], "window": LOOKED_THROUGH})
        seen = [Fact(*(*row[:-1], document(row[-1]))) for row in cursor.fetchall()]
    wanted = set(entities)
    facts = [fact for fact in seen if fact.entity in wanted]
    if len(facts) > size:
        facts = facts[:size]
        return Stretch(facts, (facts[-1].tx, facts[-1].number), True)
    end = (seen[-1].tx, seen[-1].number) if seen else begin
    return Stretch(facts, end, len(seen) == LOOKED_THROUGH)


_SETTLED = """
SELECT tx, id, at, entity, record, verb, actor, write_id, data FROM kernel_event
WHERE (tx, id) > (%(tx)s, %(id)s) AND tx < txid_snapshot_xmin(txid_current_snapshot())
ORDER BY tx, id LIMIT %(window)s
"""


def told(facts: list[Fact], actor: Actor, *, whole: bool = False) -> Iterator[dict[str, Any]]:
    """Each change as far as the actor may know of it now: what he may not see is not there, not even as gone."""
    facts = [each for fact in facts for each in _spread(fact)]
    present: dict[str, dict[int, tuple[int, bool]]] = {}
    documents: dict[str, dict[int, dict[str, Any]]] = {}
    for key in dict.fromkeys(fact.entity for fact in facts):
        entity = registry.get(key)
        ids = {fact.record for fact in facts if fact.entity == key}
        rows = entity.rows(actor, deleted=None).filter(id__in=ids).values_list("id", "version", "deleted_at")
        present[key] = {i: (version, deleted is not None) for i, version, deleted in rows}
        documents[key] = _documents(entity, actor, ids) if whole else {}
    given_away = _given_away([fact for fact in facts if fact.record not in present[fact.entity]], actor)
    for fact in facts:
        here = present[fact.entity].get(fact.record)
        found: dict[str, Any] = {"at": fact.at.isoformat(), "entity": registry.get(fact.entity).slug, "id": fact.record}
        if here is None:
            if (fact.write, fact.record) in given_away:
                yield {**found, "change": "gone", "version": None, **({"record": None} if whole else {})}
        elif _known(fact, actor):
            change = "deleted" if here[1] else KINDS.get(fact.verb, "changed")
            more = {"record": documents[fact.entity].get(fact.record)} if whole else {}
            yield {**found, "change": change, "version": here[0], **more}


def _given_away(facts: list[Fact], actor: Actor) -> set[tuple[UUID, int]]:
    """Which of these writes took a record from this very person, who knew it as his own; of others nothing is said."""
    pairs = [(fact.write, fact.record) for fact in facts if "owner" in fact.data.get("keys", ())]
    if not pairs or actor.id is None:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT write_id, record FROM change WHERE (write_id, record) IN (SELECT * FROM unnest(%s::uuid[], %s::bigint[])) "
            "AND (diff -> 'owner_id' ->> 0)::bigint = %s",
            [[write for write, _record in pairs], [record for _write, record in pairs], actor.id],
        )
        return set(cursor.fetchall())


def _spread(fact: Fact) -> Iterator[Fact]:
    """A merge ends the others, and its undoing brings them back: each is a change of its own, after that of the survivor."""
    yield fact
    for word, became in (("merged", "deleted"), ("parted", "restored")):
        if fact.verb == word:
            for other in fact.data.get(word, []):
                yield replace(fact, record=other, verb=became, data={})


def _known(fact: Fact, actor: Actor) -> bool:
    """Not that something changed which he may not see: neither what nor when."""
    keys = fact.data.get("keys")
    return not keys or bool(registry.get(fact.entity).visible(actor).keys() & set(keys))


def _documents(entity: Entity, actor: Actor, ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """The records as they are now."""
    shape = Shape(entity, actor)
    rows = entity.rows(actor).filter(id__in=list(ids)).values_list("id", "version", *shape.paths)
    return {document["id"]: document for document in shape.records(list(rows))}


def _entities(request: HttpRequest, actor: Actor) -> list[Entity]:
    """Those asked for, one after another with commas between; else all that the actor may view."""
    asked = [slug for slug in request.GET.get("entity", "").split(",") if slug]
    if asked:
        found = [entity_of(actor, slug) for slug in asked]
        if any(entity not in list(registry) for entity in found):
            raise missing()  # the face of a pool, whose records are those of another entity
        return found
    return [entity for entity in registry if actor.may(entity.key, "view")]


def _included(request: HttpRequest) -> bool:
    given = request.GET.get("include", "")
    if given not in ("", "record"):
        raise Problem(400, _("There is no parameter “%(name)s”.") % {"name": f"include={given}"[:60]}, parameters=["include=record"])
    return given == "record"


def _size(request: HttpRequest) -> int:
    asked = request.GET.get("limit", str(USUAL))
    if not (asked.isascii() and asked.isdigit() and len(asked) < 5 and 1 <= int(asked) <= MOST):
        raise Problem(400, _("Give a limit from 1 to %(most)d.") % {"most": MOST})
    return int(asked)


def _begin(given: str) -> tuple[int, int]:
    """Where a cursor stands; `now` is the end. Raises Problem 400, or 410 where it is of another database than this one."""
    if not given:
        return 0, 0
    horizon = _horizon()
    if given == "now":
        return horizon - 1, 2**63 - 1
    read = _CURSOR.fullmatch(given)
    if read is None or max(map(int, read.groups())) >= 2**63:
        raise Problem(400, _("This page address is damaged. Start again from the first page."))
    begin = int(read[1]), int(read[2])
    if begin[0] >= horizon:
        raise Problem(
            410, _("This cursor comes from another database. Read everything anew and begin with %(how)s.") % {"how": "since=now"}
        )
    return begin


def document(raw: Any) -> dict[str, Any]:
    """A column of JSON as a cursor of the driver gives it."""
    found: dict[str, Any] = json.loads(raw) if isinstance(raw, str) else (raw or {})
    return found


def _horizon() -> int:
    """The transaction below which everything has been decided."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT txid_snapshot_xmin(txid_current_snapshot())")
        return int(cursor.fetchone()[0])


__all__ = ["Fact", "Stretch", "read", "stretch", "told"]
