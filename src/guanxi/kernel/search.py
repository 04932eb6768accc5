"""One search index for all entities: written with the record, asked within the reader's scope and readable field classes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db import connection, models
from django.db.models import Exists, F, OuterRef, Q

from guanxi.kernel import findable, frequent, statement
from guanxi.kernel.access import AnyOf, covered, of_now, shared_ids, territory
from guanxi.kernel.actor import Actor
from guanxi.kernel.china import tokens, width
from guanxi.kernel.condition.sql import nothing
from guanxi.kernel.entity import Entity
from guanxi.kernel.fold import like
from guanxi.kernel.living import followed, living_parent
from guanxi.kernel.models import SearchEntry
from guanxi.kernel.registry import registry
from guanxi.kernel.statement import Slot

#: Of so many owners or departments the newest are read one by one.
MOST_PARTS = 4
#: Names the slots for where walked entries end.
_EDGE = "edge:"
#: Tokens that no entry holds together.
_NEVER = [-0x80000000, 0x7FFFFFFF]
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
    for key in entity.searched:
        field = entity.fields[key]
        value = field.value(record)
        if value:
            kind = "name" if key == entity.title else (field.search or "text")
            found.setdefault(kind, []).extend(findable.texts(field, value))
    return found


def entry(entity: Entity, record: Any) -> dict[str, Any]:
    """The columns of a record's entry."""
    found = texts(entity, record)
    title = str(getattr(record, entity.title))
    return {
        "record": record.id,
        "entity": entity.key,
        "owner": record.owner_id,
        "department": record.department_id,
        "parent": entity.fields[entity.parent].value(record) if entity.parent else None,
        "updated_at": record.updated_at,
        "title": title,
        "lead": width.fold(title),
        "keys": tokens.keys(found),
        "tokens": tokens.index(found),
    }


def write(entity: Entity, records: Sequence[Any]) -> None:
    """Insert or replace the entries of these records."""
    entries = [entry(entity, r) for r in records if r.deleted_at is None]
    if not entries:
        return
    columns = [[each[name] for each in entries] for name in _COLUMNS[:-1]]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [*columns, [f"{{{','.join(map(str, each['tokens']))}}}" for each in entries]])


_COLUMNS = ("record", "entity", "owner", "department", "parent", "updated_at", "title", "lead", "keys", "tokens")
#: Lists of tokens differ in length, which an array of arrays may not: each comes as the text of an array.
_WRITE = f"""
INSERT INTO kernel_searchentry ({", ".join(_COLUMNS)})
SELECT {", ".join(_COLUMNS[:-1])}, tokens::integer[]
FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::timestamptz[], %s::text[], %s::text[], %s::text[], %s::text[])
    AS given({", ".join(_COLUMNS)})
ON CONFLICT (record) DO UPDATE SET {", ".join(f"{name} = EXCLUDED.{name}" for name in _COLUMNS[2:])}
"""


def restamp(entity: Entity, ids: Sequence[int]) -> None:
    """Give the entries of these records, whose texts are as they were, the owner, department and parent that the rows have now."""
    parent = f't."{entity.fields[entity.parent].column.path}"' if entity.parent else "NULL"
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE kernel_searchentry s "
            f"SET owner = t.owner_id, department = t.department_id, parent = {parent}, updated_at = t.updated_at "
            f'FROM "{entity.table}" t WHERE s.record = t.id AND t.id = ANY(%s)',
            [list(ids)],
        )


def remove(entity: Entity, ids: Iterable[int]) -> None:
    """Take records out of the index."""
    if entity.search:
        SearchEntry.objects.filter(record__in=list(ids)).delete()


def sort_in() -> None:
    """Put the words of new entries in their places in the index; until then they stand in a list that every search reads as well."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT guanxi_sort_in()")


@contextmanager
def gathered() -> Iterator[None]:
    """Around thousands of entries of one transaction: their words go into the index together, when all are there."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL gin_pending_list_limit = '64MB'")
    yield
    sort_in()


def find(text: str, actor: Actor, *, entities: Iterable[Entity] | None = None, limit: int = 20) -> list[Hit]:
    """Exact and prefix hits first, then the most recently changed; at most `limit`, all within scope."""
    wanted = [e for e in (entities if entities is not None else registry) if e.search and actor.may(e.key, "view")]
    lead = width.fold(text)
    if not wanted or not lead:
        return []
    first = _prefixed(wanted, actor, lead, limit) if _readable_title(wanted, actor) else []
    found = {row[0]: row for row in sorted(first, key=lambda r: (len(r[2]), r[2]))}
    if len(found) < limit:
        for row in _matching(wanted, actor, text, limit):
            found.setdefault(row[0], row)
    return [_hit(registry.get(key), record, title, owner, actor) for record, key, title, owner, _at in list(found.values())[:limit]]


def _hit(entity: Entity, record: int, title: str, owner: int | None, actor: Actor) -> Hit:
    """A title that the reader may not see in clear is a title he does not get."""
    open_ = actor.right(entity.key, entity.title) not in ("hidden", "masked")
    return Hit(entity, record, title if open_ else "****", owner)


def _prefixed(entities: Sequence[Entity], actor: Actor, lead: str, limit: int) -> list[tuple[Any, ...]]:
    """The newest whose titles begin so."""

    def make() -> statement.Statement:
        return _newest([arm.whole & Q(_Like(F("lead"), Slot("lead"))) for arm in arms(entities, actor)], entities, limit)

    return statement.kept(actor, ("prefix", *(e.key for e in entities), limit), make).run(lead=f"{like(lead)}%")


def _matching(entities: Sequence[Entity], actor: Actor, text: str, limit: int) -> list[tuple[Any, ...]]:
    """The newest that hold the text anywhere; entities are grouped by the classes the actor may read of them."""
    groups: dict[frozenset[str], list[Entity]] = {}
    for entity in entities:
        groups.setdefault(readable(entity, actor), []).append(entity)
    patterns = [p if p.startswith("%") else f"%{p}%" for p in tokens.recheck(text)]
    found = [(members, [frequent.telling(a) for a in tokens.query(text, sorted(classes)) if a]) for classes, members in groups.items()]
    asked = [(members, _rounded(alternatives)) for members, alternatives in found if alternatives]
    if not asked or not patterns:
        return []

    shape = tuple((tuple(e.key for e in members), len(alternatives)) for members, alternatives in asked)
    values = {f"tokens{place}_{n}": a for place, (_members, found) in enumerate(asked) for n, a in enumerate(found)}
    for walk in (True, False) if any(frequent.frequent(a) for _members, found in asked for a in found) else (False,):

        def make(walk: bool = walk) -> statement.Statement:
            parts = [q for place, (members, found) in enumerate(asked) for q in _holding(members, actor, place, len(found), walk=walk)]
            return _newest(parts, entities, limit, sort=F("updated_at") if walk else F("updated_at") + timedelta(0))

        known = statement.kept(actor, ("matching", shape, limit, walk), make)
        rows = known.run(patterns=patterns, **values, **_edges(known))
        if len({row[0] for row in rows}) >= limit:
            break
    return rows


def _rounded(alternatives: list[list[int]]) -> list[list[int]]:
    """Two, four, eight ... alternatives, filled up with one that nothing holds: a statement is composed for each number of them."""
    size = 2
    while size < len(alternatives):
        size *= 2
    return alternatives + [_NEVER] * (size - len(alternatives))


def _holding(entities: Sequence[Entity], actor: Actor, place: int, alternatives: int, *, walk: bool) -> list[Q]:
    """Entries with the tokens of any alternative: found by walking the newest of each arm, or through the token index."""
    held = reduce(or_, [Q(tokens__contains=Slot(f"tokens{place}_{n}")) for n in range(alternatives)])
    spelt = Q(_Unestimated(_LikeAny(F("keys"), Slot("patterns"))))
    if (
        walk
    ):  # PostgreSQL would guess that next to nothing is held, and read and sort all ten thousand instead of walking until twenty are found
        return [_recent(arm) & Q(_Unestimated(_boolean(held))) & spelt for arm in arms(entities, actor)]
    scope = reduce(or_, [arm.whole for arm in arms(entities, actor)], nothing())
    return [Q(_Unindexed(_boolean(scope))) & held & spelt]


def _recent(arm: Arm) -> Q:
    """The newest entries of an arm; where no index has them in order of time, those among the newest of all.

    Without that end PostgreSQL, which takes every entry for a hit here, would walk through all entries for what hardly any holds.
    """
    if arm.named:
        return arm.whole
    first = arm.where.children[0] if arm.where.children else None
    column, value = first if isinstance(first, tuple) else ("", 0)
    return arm.whole & Q(updated_at__gte=Slot(f"{_EDGE}{column}:{value}"))


def _edges(known: statement.Statement) -> dict[str, datetime]:
    """Where the newest entries end that a statement walks."""
    names = {p.name for p in known.params if type(p) is statement.Mark and p.name.startswith(_EDGE)}
    named = {name: name.removeprefix(_EDGE).split(":") for name in names}
    return {name: frequent.edge(column, int(value)) for name, (column, value) in named.items()}


def _boolean(q: Q) -> Any:
    return models.ExpressionWrapper(q, output_field=models.BooleanField())


def _newest(wanted: Sequence[Q], entities: Sequence[Entity], limit: int, sort: Any = None) -> statement.Statement:
    """The newest entries of a union, read as the newest of each part: every part walks the index that suits it."""
    living = _living_parent(entities)
    columns = ("record", "entity", "title", "owner", "updated_at")
    parts = [
        SearchEntry.objects.filter(living & q).order_by((sort or F("updated_at")).desc()).values_list(*columns)[:limit] for q in wanted
    ]
    if not parts:
        return statement.compiled(SearchEntry.objects.none().values_list(*columns))
    whole = parts[0].union(*parts[1:], all=True).order_by("-updated_at") if len(parts) > 1 else parts[0]
    return statement.compiled(whole, plain=False)


class _Unindexed(models.Func):
    """A condition that counts for the planner's estimate but through which no index is read."""

    template = "(%(expressions)s) IS TRUE"
    output_field = models.BooleanField()
    arity = 1


class _Unestimated(models.Func):
    """A condition that the planner neither reads an index through nor guesses about: the tokens have counted it already."""

    template = "CASE WHEN %(expressions)s THEN true ELSE false END"
    output_field = models.BooleanField()
    arity = 1


class _Like(models.Func):
    """`expression LIKE pattern`."""

    template = "%(expressions)s"
    arg_joiner = " LIKE "
    output_field = models.BooleanField()
    arity = 2


class _LikeAny(models.Func):
    """`expression LIKE ANY (patterns)`."""

    template = "%(expressions)s::text[])"
    arg_joiner = " LIKE ANY ("
    output_field = models.BooleanField()
    arity = 2


def readable(entity: Entity, actor: Actor) -> frozenset[str]:
    """Field classes of which the actor may read every field of this entity in clear."""
    closed = set()
    for key in entity.searched:
        if actor.right(entity.key, key) in ("hidden", "masked"):
            closed.add("name" if key == entity.title else (entity.fields[key].search or "text"))
    return ALL_CLASSES - closed


def _readable_title(entities: Sequence[Entity], actor: Actor) -> bool:
    return all(actor.right(e.key, e.title) not in ("hidden", "masked") for e in entities)


@dataclass(frozen=True)
class Arm:
    """A part of the scopes of some entities: a condition over the entry, or, if `named`, the ids of the entries or of their parents."""

    keys: tuple[str, ...]
    where: Q
    named: bool = False

    @property
    def of(self) -> Q:
        """Entries of its entities."""
        return Q(entity__in=self.keys)

    @property
    def whole(self) -> Q:
        """Its condition."""
        return self.of & self.where


def arms(entities: Sequence[Entity], actor: Actor) -> list[Arm]:
    """The scopes of these entities as a union."""
    whole: list[Entity] = []
    by_owner: dict[int, list[Entity]] = {}
    by_department: dict[frozenset[int], list[Entity]] = {}
    opened: list[Entity] = []
    lying: list[Entity] = []
    placed: list[Arm] = []
    for entity in entities:
        granted = actor.arms(entity.key, "view")
        if "all" in granted:
            whole.append(entity)
            continue
        if entity.lies_in and actor.within is not None:
            lying.append(entity)
            continue
        if "pool" in granted:
            lying.append(entity)
        if "territory" in granted and (place := territory(entity, actor)) is not None:
            inside = place if actor.within is None else place & Q(AnyOf(F("department_id"), actor.within))
            placed.append(_rows(entity, entity.objects.filter(inside & of_now(entity))))
        departments = actor.branches(entity.key, "view")
        owners = ({actor.id} if "own" in granted and actor.id else set()) | (actor.reports if "reports" in granted else set())
        for owner in owners:
            if not covered(owner, departments):
                by_owner.setdefault(owner, []).append(entity)
        if departments:
            by_department.setdefault(departments, []).append(entity)
        if granted & {"involved", "granted"}:
            opened.append(entity)
    found = [Arm(_keys(whole), Q())] if whole else []
    found += [_rows(entity, entity.rows(actor)) for entity in lying] + placed
    found += _owned(by_owner)
    for departments, members in by_department.items():
        found += _each(_keys(members), "department", departments)
    return found + (_opened(opened, actor) if opened else [])


def _rows(entity: Entity, rows: Any) -> Arm:
    """What the entry itself does not say: what lies in the pool that the actor looks into, or in the regions that he looks after."""
    return Arm((entity.key,), Q(Exists(rows.filter(id=OuterRef("record")).order_by())))


def _keys(entities: Iterable[Entity]) -> tuple[str, ...]:
    return tuple(e.key for e in entities)


def _owned(by_owner: dict[int, list[Entity]]) -> list[Arm]:
    """Owners with the same entities together."""
    groups: dict[tuple[str, ...], set[int]] = {}
    for owner, members in by_owner.items():
        groups.setdefault(_keys(members), set()).add(owner)
    return [arm for keys, owners in groups.items() for arm in _each(keys, "owner", owners)]


def _each(keys: tuple[str, ...], column: str, ids: Collection[int]) -> list[Arm]:
    """One arm an id, while they are few: an index is in order of time under each id, not under several."""
    now = Q(followed("record", "parent"))
    if len(ids) > MOST_PARTS:
        return [Arm(keys, Q(AnyOf(F(column), ids)) & now)]
    return [Arm(keys, Q(**{column: i}) & now) for i in sorted(ids)]


def _opened(entities: Sequence[Entity], actor: Actor) -> list[Arm]:
    """What was opened to the actor, and what lies below a record that was."""
    found = [Arm(_keys(entities), Q(AnyOf(F("record"), shared_ids(list(_keys(entities)), actor, "view"))), named=True)]
    parents = {e.fields[e.parent].kind.target.key for e in entities if e.parent}  # type: ignore[attr-defined]
    if parents:
        below = _keys(e for e in entities if e.parent)
        found.append(Arm(below, Q(AnyOf(F("parent"), shared_ids(sorted(parents), actor, "view", below=True))), named=True))
    return found


def _living_parent(entities: Sequence[Entity]) -> Q:
    """Entries below a record of the recycle bin are left out."""
    living = Q()
    for target in {e.fields[e.parent].kind.target for e in entities if e.parent}:  # type: ignore[attr-defined]
        living &= Q(living_parent(target, "parent"))
    return living


__all__ = ["Hit", "find", "remove", "write"]
