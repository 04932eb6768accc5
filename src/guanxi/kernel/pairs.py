"""Records that look like one another by the rules of the duplicate check, found for a whole entity at night or when somebody asks.

Equal numbers and addresses are grouped by the database; names are compared among those that share a key of `names.candidates_keys`.
What more than a handful of records share is a switchboard or a common name, and suggests nothing. What is stored is which two
records and by which field; who may see both and compare by that field is asked when it is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from guanxi.kernel import clock, duplicates, jobs
from guanxi.kernel.actor import Actor
from guanxi.kernel.china import names
from guanxi.kernel.entity import Entity
from guanxi.kernel.merge import Pair
from guanxi.kernel.patience import unhurried
from guanxi.kernel.registry import registry
from guanxi.kernel.write import NotFound

KIND = "pairs.find"
#: What so many records share still tells something of two of them.
FEW = 5
#: The same of a key of names, of which the comparison itself decides.
MOST_OF_A_KEY = 40
CHUNK = 5_000
#: How much an equal value says beside an equal name: colleagues share a phone, companies a mailbox.
WEIGHTS = {"phone": 0.95, "email": 0.85}

Found = tuple[int, int, str, float]


def rules(entity: Entity) -> list[str]:
    """The fields by which records of an entity are compared."""
    return [key for key, field in entity.fields.items() if duplicates.tells(entity, field) and field.column.path]


def suggested(entity: Entity, actor: Actor) -> QuerySet[Pair]:
    """Open pairs of which the actor may see both and compare by what makes them alike, the surest first."""
    keys = [key for key in rules(entity) if duplicates.may_compare(entity, key, actor)]
    rows = entity.rows(actor)
    both = Exists(rows.filter(id=OuterRef("low"))), Exists(rows.filter(id=OuterRef("high")))
    return Pair.objects.filter(*both, entity=entity.key, parted_at=None, why__in=keys).order_by("-score", "id")


def part(entity: Entity, pair: int, actor: Actor) -> None:
    """They are two: never suggest them again. Raises NotFound."""
    if not suggested(entity, actor).filter(pk=pair).update(parted_by=actor.id, parted_at=clock.now()):
        raise NotFound()


def suggest_again(entity: Entity, pair: int, actor: Actor) -> None:
    """Take back what one has said of two records. Raises NotFound."""
    if not Pair.objects.filter(pk=pair, entity=entity.key, parted_by=actor.id).update(parted_by=None, parted_at=None):
        raise NotFound()


def later(entity: Entity, actor: Actor) -> Any:
    """Have a job look for pairs."""
    return jobs.start(
        KIND, _("Looking for duplicates: %(entity)s") % {"entity": entity.label_plural}, actor, {"entity": entity.key}, jobs.BULK
    )


@jobs.runner(KIND)
def run(progress: jobs.Progress) -> None:
    """The job."""
    for _found in find(registry.get(progress.spec["entity"])):  # how many there are at all is nobody's to know
        if progress.cancelled():
            return
        progress.save()


def find(entity: Entity) -> Iterator[int]:
    """Store what looks alike now, and forget what no longer does; how many pairs each step found."""
    began = clock.now()
    for key in rules(entity):
        by_name = key == entity.title
        for found in _alike_names(entity) if by_name else [_equal(entity, key)]:
            _store(entity, found)
            yield len(found)
    Pair.objects.filter(entity=entity.key, parted_at=None, found_at__lt=began).delete()


def _equal(entity: Entity, key: str) -> list[Found]:
    """Pairs of live records with the same value."""
    column = str(entity.fields[key].column.path)
    with transaction.atomic(), connection.cursor() as cursor:
        unhurried()
        cursor.execute(
            f'SELECT array_agg(id ORDER BY id) FROM "{entity.table}" WHERE deleted_at IS NULL AND "{column}" <> \'\' '
            f'GROUP BY "{column}" HAVING count(*) BETWEEN 2 AND %s',
            [FEW],
        )
        weight = WEIGHTS.get(entity.fields[key].kind.name, 1.0)
        return [(low, high, key, weight) for (ids,) in cursor.fetchall() for low, high in combinations(ids, 2)]


def _alike_names(entity: Entity) -> Iterator[list[Found]]:
    """Pairs of records whose names mean the same, in portions: keys are gathered in a table of their own, not in memory."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pair_key, pair_group")  # of a run that broke off on this connection
        cursor.execute("CREATE TEMPORARY TABLE pair_key (key text NOT NULL, record bigint NOT NULL)")
        for rows in _named(entity):
            with cursor.copy("COPY pair_key (key, record) FROM STDIN") as copy:
                for record, name in rows:
                    for key in names.candidates_keys(name):
                        copy.write_row((key, record))
            yield []
        yield from _compared(entity, cursor)
        cursor.execute("DROP TABLE pair_key")


def _named(entity: Entity) -> Iterator[list[tuple[int, str]]]:
    """Live records that claim a name, in portions by id: two people may be called the same."""
    claims = {f"{entity.title}_key__isnull": False}
    last = 0
    rows: Any = entity.objects.filter(deleted_at=None, **claims).order_by("id").values_list("id", entity.title)
    while chunk := list(rows.filter(id__gt=last)[:CHUNK]):
        last = chunk[-1][0]
        yield chunk


def _compared(entity: Entity, cursor: Any) -> Iterator[list[Found]]:
    cursor.execute("SET statement_timeout = 0")
    try:
        cursor.execute(
            "CREATE TEMPORARY TABLE pair_group AS SELECT row_number() OVER () AS at, array_agg(record) AS records FROM pair_key "
            "GROUP BY key HAVING count(*) BETWEEN 2 AND %s",
            [MOST_OF_A_KEY],
        )
    finally:
        cursor.execute("RESET statement_timeout")
    last = 0
    while True:
        cursor.execute("SELECT at, records FROM pair_group WHERE at > %s AND at <= %s ORDER BY at", [last, last + CHUNK])
        groups = cursor.fetchall()
        if not groups:
            break
        last = groups[-1][0]
        yield _same(entity, [records for _at, records in groups])
    cursor.execute("DROP TABLE pair_group")


def _same(entity: Entity, groups: Sequence[Sequence[int]]) -> list[Found]:
    titles = dict(entity.rows_of({i for group in groups for i in group}).values_list("id", entity.title))
    found: dict[tuple[int, int], Found] = {}
    for group in groups:
        for low, high in combinations(sorted(set(group) & titles.keys()), 2):
            if (low, high) not in found and (score := names.same(titles[low], titles[high])) >= duplicates.THRESHOLD:
                found[low, high] = (low, high, entity.title, score)
    return list(found.values())


def _store(entity: Entity, found: Sequence[Found]) -> None:
    """Insert or renew; what somebody said of two records stays said."""
    rows = [Pair(entity=entity.key, low=low, high=high, why=why, score=score, found_at=clock.now()) for low, high, why, score in found]
    Pair.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["entity", "low", "high"],
        update_fields=["why", "score", "found_at"],
        batch_size=2_000,
    )


__all__ = ["KIND", "find", "later", "part", "rules", "suggest_again", "suggested"]
