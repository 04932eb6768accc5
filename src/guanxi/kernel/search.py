"""One search index for all entities: written with the record, asked within the reader's scope and readable field classes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value

from guanxi.kernel.access import AnyOf, shared_ids
from guanxi.kernel.actor import Actor
from guanxi.kernel.china import tokens, width
from guanxi.kernel.entity import Entity
from guanxi.kernel.models import SearchEntry
from guanxi.kernel.registry import registry

ALL_CLASSES = frozenset(tokens.CLASSES)


@dataclass(frozen=True)
class Hit:
    """A record found, as far as the reader may see it."""

    entity: Entity
    record: int
    title: str
    owner: int | None


def texts(entity: Entity, record: Any) -> dict[str, list[str]]:
    """Searchable text by field class."""
    found: dict[str, list[str]] = {}
    for key in entity.search:
        field = entity.fields[key]
        value = field.value(record)
        if value:
            kind = "name" if key == entity.title else (field.search or "text")
            found.setdefault(kind, []).append(str(value))
    return found


def entry(entity: Entity, record: Any) -> SearchEntry:
    """The entry of a record, not saved."""
    found = texts(entity, record)
    title = str(getattr(record, entity.title))
    return SearchEntry(
        record=record.id,
        entity=entity.key,
        owner=record.owner_id,
        department=record.department_id,
        parent=entity.fields[entity.parent].value(record) if entity.parent else None,
        updated_at=record.updated_at,
        title=title,
        lead=width.fold(title),
        keys=tokens.keys(found),
        tokens=tokens.index(found),
    )


def write(entity: Entity, records: Sequence[Any]) -> None:
    """Insert or replace the entries of these records."""
    fields = ["owner", "department", "parent", "updated_at", "title", "lead", "keys", "tokens"]
    entries = [entry(entity, r) for r in records if r.deleted_at is None]
    SearchEntry.objects.bulk_create(entries, update_conflicts=True, unique_fields=["record"], update_fields=fields, batch_size=2_000)


def remove(entity: Entity, ids: Iterable[int]) -> None:
    """Take records out of the index."""
    if entity.search:
        SearchEntry.objects.filter(record__in=list(ids)).delete()


def find(text: str, actor: Actor, *, entities: Iterable[Entity] | None = None, limit: int = 20) -> list[Hit]:
    """Exact and prefix hits first, then the most recently changed; at most `limit`, all within scope."""
    wanted = [e for e in (entities if entities is not None else registry) if e.search and actor.may(e.key, "view")]
    lead = width.fold(text)
    if not wanted or not lead:
        return []
    first = _fetch(_prefix(wanted, actor, lead), limit) if _readable_title(wanted, actor) else []
    found = {row[0]: row for row in sorted(first, key=lambda r: (len(r[2]), r[2]))}
    if len(found) < limit:
        for row in _fetch(_matching(wanted, actor, text), limit):
            found.setdefault(row[0], row)
    return [_hit(registry.get(key), record, title, owner, actor) for record, key, title, owner in list(found.values())[:limit]]


def _hit(entity: Entity, record: int, title: str, owner: int | None, actor: Actor) -> Hit:
    """A title that the reader may not see in clear is a title he does not get."""
    open_ = actor.right(entity.key, entity.title) not in ("hidden", "masked")
    return Hit(entity, record, title if open_ else "****", owner)


def _fetch(rows: models.QuerySet[Any] | None, limit: int) -> list[tuple[Any, ...]]:
    return list(rows.order_by("-updated_at").values_list("record", "entity", "title", "owner")[:limit]) if rows is not None else []


def _prefix(entities: Sequence[Entity], actor: Actor, lead: str) -> models.QuerySet[Any]:
    return SearchEntry.objects.filter(_scoped(entities, actor)).filter(lead__startswith=lead)


def _matching(entities: Sequence[Entity], actor: Actor, text: str) -> models.QuerySet[Any] | None:
    """Entities are grouped by the classes the actor may read of them."""
    groups: dict[frozenset[str], list[Entity]] = {}
    for entity in entities:
        groups.setdefault(readable(entity, actor), []).append(entity)
    patterns = [p if p.startswith("%") else f"%{p}%" for p in tokens.recheck(text)]
    whole = Q()
    for classes, members in groups.items():
        alternatives = [a for a in tokens.query(text, sorted(classes)) if a]
        if alternatives:
            asked = Q()
            for alternative in alternatives:
                asked |= Q(tokens__contains=alternative)
            whole |= _scoped(members, actor) & asked
    if not whole or not patterns:
        return None
    return SearchEntry.objects.filter(whole).filter(_LikeAny(F("keys"), Value(patterns, output_field=_Texts())))


class _Texts(models.Field):  # type: ignore[type-arg]
    """A parameter typed text[]."""

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:
        return "%s::text[]"


class _LikeAny(models.Func):
    """`expression LIKE ANY (patterns)`."""

    template = "%(expressions)s)"
    arg_joiner = " LIKE ANY ("
    output_field = models.BooleanField()
    arity = 2


def readable(entity: Entity, actor: Actor) -> frozenset[str]:
    """Field classes of which the actor may read every field of this entity in clear."""
    closed = set()
    for key in entity.search:
        if actor.right(entity.key, key) in ("hidden", "masked"):
            closed.add("name" if key == entity.title else (entity.fields[key].search or "text"))
    return ALL_CLASSES - closed


def _readable_title(entities: Sequence[Entity], actor: Actor) -> bool:
    return all(actor.right(e.key, e.title) not in ("hidden", "masked") for e in entities)


def _scoped(entities: Sequence[Entity], actor: Actor) -> Q:
    """The scope arms over the entry's own columns, entities with equal arms together."""
    groups: dict[tuple[Any, ...], list[Entity]] = {}
    for entity in entities:
        arms = actor.arms(entity.key, "view")
        shared = bool(arms & {"involved", "granted"}) and "all" not in arms
        groups.setdefault((arms, entity.key if shared else ""), []).append(entity)
    whole = Q()
    for (arms, _key), members in groups.items():
        q = Q(entity__in=[e.key for e in members])
        if "all" not in arms:
            q &= _arms(members[0], actor, arms)
        whole |= q
    return whole & _living_parent(entities)


def _living_parent(entities: Sequence[Entity]) -> Q:
    """Children of a deactivated parent are hidden through it: their entries stay where they are."""
    living = Q()
    for target in {e.fields[e.parent].kind.target for e in entities if e.parent}:  # type: ignore[attr-defined]
        living &= ~Q(Exists(target.model._default_manager.filter(id=OuterRef("parent"), deleted_at__isnull=False)))
    return living


def _arms(entity: Entity, actor: Actor, arms: frozenset[str]) -> Q:
    owners = ({actor.id} if "own" in arms and actor.id else set()) | (actor.reports if "reports" in arms else set())
    departments = (actor.departments if "department" in arms else frozenset()) | (actor.tree if "tree" in arms else frozenset())
    q = Q(AnyOf(F("owner"), owners))
    if departments:
        q |= Q(AnyOf(F("department"), departments))
    if arms & {"involved", "granted"}:
        q |= Q(AnyOf(F("record"), shared_ids(entity.key, actor, "view")))
        if entity.parent:
            target = entity.fields[entity.parent].kind.target  # type: ignore[attr-defined]
            q |= Q(AnyOf(F("parent"), shared_ids(target.key, actor, "view")))
    return q


__all__ = ["Hit", "find", "remove", "write"]
