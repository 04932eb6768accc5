"""What falls into a public pool, when and by which rule: judged set-based, stored on the record for lists and warnings.

A rule counts its days from the later of the moment at which the owner got the record and the clock that it names. Whatever
happens, nothing falls before its owner has been warned for as long as the pool promises.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Case, F, Func, Q, Value, When
from django.db.models.functions import Coalesce, Greatest, Least
from django.db.models.lookups import LessThan

from guanxi.kernel import clock, directory, patience, pools
from guanxi.kernel.access import AnyOf
from guanxi.kernel.actor import SYSTEM, Actor
from guanxi.kernel.condition import sql, tree
from guanxi.kernel.entity import Entity
from guanxi.kernel.pools import Pool, Rule

#: Later than any day that matters.
NEVER = date(2999, 12, 31)
#: Stamps written in one transaction.
CHUNK = 5_000


@dataclass(frozen=True)
class Judgement:
    """A query of (id, owner_id, day, pool, rule): what falls, and the values that it is given."""

    sql: str
    params: tuple[Any, ...]

    def fetch(self, more: str = "", *values: Any, select: str = "*") -> list[tuple[Any, ...]]:
        """Run it with a further clause."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {select} FROM ({self.sql}) falling {more}", [*self.params, *values])
            return list(cursor.fetchall())


def judge(rows: Any, entity: Entity, among: Sequence[Pool], *, warned: bool = True) -> Judgement | None:
    """Which of the rows fall, by the rules of the first of these pools that includes the owner; None where no rule says anything.

    `warned` keeps the warning time; without it the days are what the rules say.
    """
    ruled: list[tuple[Rule, Pool]] = []
    annotations: dict[str, Any] = {}
    before = Q()
    for pool in among:
        within = _covers(pool)
        for rule in pool.rules:
            where = within & before & _where(entity, rule.where) & sql.negation(_spared(entity, pool))
            annotations[f"_r{len(ruled)}"] = Case(When(where, then=_day(entity, rule, pool, warned=warned)), default=None)
            ruled.append((rule, pool))
        before &= sql.negation(within)
    if not ruled:
        return None
    rows = rows.filter(owner_id__isnull=False).order_by().annotate(**annotations).values_list("id", "owner_id", *annotations)
    inner, params = rows.query.sql_with_params()
    names = [f"r{n}" for n in range(len(ruled))]
    least = f"LEAST({', '.join(names)})"
    which = lambda of: f"CASE {least} {' '.join(f'WHEN {n} THEN {of(*r)}' for n, r in zip(names, ruled, strict=True))} END::bigint"
    outer = (
        f"SELECT id, owner_id, {least} AS day, {which(lambda rule, pool: pool.id)} AS pool, {which(lambda rule, pool: rule.id)} AS rule "
        f"FROM ({inner}) judged(id, owner_id, {', '.join(names)}) WHERE {least} IS NOT NULL"
    )
    return Judgement(outer, tuple(params))


def _covers(pool: Pool) -> Q:
    """Records whose owners belong to the pool."""
    if pool.of_all:
        companies = {d.id for d in directory.departments().values() if d.company}
        return Q(owner_id__isnull=False) & (Q(department_id=None) | ~Q(AnyOf(F("department_id"), companies)) if companies else Q())
    return Q(AnyOf(F("owner_id"), pool.people)) | Q(AnyOf(F("department_id"), pool.departments))


def _where(entity: Entity, condition: Sequence[Any]) -> Q:
    """A rule about a field that is no more matches nothing."""
    try:
        return sql.to_q(tree.parse(entity, list(condition), SYSTEM), SYSTEM) if condition else Q()
    except tree.ConditionError:
        return sql.nothing()


def _spared(entity: Entity, pool: Pool) -> Q:
    """While it cannot be told what is spared, everything is."""
    try:
        return sql.to_q(tree.parse(entity, list(pool.spared), SYSTEM), SYSTEM) if pool.spared else sql.nothing()
    except tree.ConditionError:
        return Q()


def _day(entity: Entity, rule: Rule, pool: Pool, *, warned: bool) -> Any:
    """The day on which a record falls by a rule."""
    since = next(each.field for each in entity.clocks if each.code == rule.since)
    owned = Coalesce(F("owned_at"), F("created_at"))
    day: Any = _Days(Greatest(owned, _instant(entity, since)), Value(rule.days))
    if not warned:
        return day
    soonest = clock.today() + timedelta(days=pool.warning_days)
    return Greatest(day, Least(Coalesce(F("falls_on"), Value(NEVER)), Value(soonest)), output_field=models.DateField())


def _reached(entity: Entity, rule: Rule, by: date) -> Q:
    """Records that the days of a rule alone would let fall until `by`: told by bare comparison, before any day is worked out."""
    since = next(each.field for each in entity.clocks if each.code == rule.since)
    moment = Greatest(Coalesce(F("owned_at"), F("created_at")), _instant(entity, since))
    return Q(LessThan(moment, Value(clock.day_end(by - timedelta(days=rule.days)))))


def _instant(entity: Entity, field: str) -> Any:
    """A clock as an instant: a date begins in the company's zone."""
    column = entity.model._meta.get_field(field)
    return F(field) if isinstance(column, models.DateTimeField) else _DayStart(F(field))


class _Days(Func):
    """The company's day of an instant, and so many days later."""

    template = "((%(expressions)s) + 0)::date"
    output_field = models.DateField()

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        moment, days = self.source_expressions
        number = int(days.value)  # type: ignore[attr-defined]
        inner, params = compiler.compile(moment)
        return f"(({inner} AT TIME ZONE %s)::date + {number})", [*params, settings.TIME_ZONE]


class _DayStart(Func):
    """The first instant of a date in the company's zone."""

    output_field = models.DateTimeField()

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        inner, params = compiler.compile(self.source_expressions[0])
        return f"({inner}::timestamp AT TIME ZONE %s)", [*params, settings.TIME_ZONE]


def running(entity: Entity) -> list[Pool]:
    """The pools of an entity whose rules are at work."""
    return [pool for pool in pools.of(entity) if pool.recycles and pool.rules]


def stamp(entity: Entity, ids: Iterable[int] | None = None) -> int:
    """Store on records (all of them without `ids`) when, where and why they fall; returns how many were written anew."""
    changed, params = _changed(entity, ids)
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{entity.table}" t SET falls_on = n.day, falls_to_id = n.pool, falls_why = n.rule '
            f"FROM ({changed}) n WHERE t.id = n.id",
            params,
        )
        return int(cursor.rowcount)


def stale(entity: Entity, most: int | None = None) -> list[int]:
    """Ids of records on which something else is stored than the rules say, at most so many."""
    changed, params = _changed(entity, None)
    with transaction.atomic(), connection.cursor() as cursor:
        patience.unhurried()
        cursor.execute(f"SELECT id FROM ({changed}) n ORDER BY id LIMIT %s", [*params, most])
        return [row[0] for row in cursor.fetchall()]


def catch_up(entity: Entity) -> Iterator[int]:
    """Bring every stamp up to date: at each step a chunk that commits for itself, so that nobody waits long for a record."""
    wrong = stale(entity)
    for start in range(0, len(wrong), CHUNK):
        with transaction.atomic():
            patience.unhurried()
            yield stamp(entity, wrong[start : start + CHUNK])


def _changed(entity: Entity, ids: Iterable[int] | None) -> tuple[str, list[Any]]:
    """A query of (id, day, pool, rule) of the records that bear something else."""
    rows: Any = entity.objects.filter(deleted_at=None)
    chosen = None if ids is None else sorted(ids)
    if chosen is not None:
        rows = rows.filter(AnyOf(F("id"), chosen))
    judgement = judge(rows, entity, running(entity))
    falling = judgement.sql if judgement else _NOTHING
    within, more = ("", []) if chosen is None else ("AND k.id = ANY(%s)", [chosen])
    sql = (
        f"WITH falling AS MATERIALIZED ({falling}) "
        f'SELECT k.id, f.day, f.pool, f.rule FROM "{entity.table}" k LEFT JOIN falling f ON f.id = k.id '
        f"WHERE (k.falls_on, k.falls_to_id, k.falls_why) IS DISTINCT FROM (f.day, f.pool, f.rule) {within}"
    )
    return sql, [*(judgement.params if judgement else ()), *more]


_NOTHING = "SELECT 0::bigint AS id, NULL::date AS day, NULL::bigint AS pool, NULL::bigint AS rule WHERE false"


@dataclass(frozen=True)
class Forecast:
    """What falls by a day, as far as a reader may see it: counts by (rule, owner), and the ids in the order in which they fall."""

    counts: dict[tuple[int, int], int]
    total: int


def forecast(entity: Entity, pool: Pool, actor: Actor, by: date) -> Forecast:
    """The dry run: by today's rules of a pool, at work or not, what falls until `by`. Changes nothing."""
    judgement = preview(entity, pool, actor, by)
    if judgement is None:
        return Forecast({}, 0)
    found = judgement.fetch("WHERE pool = %s AND day <= %s GROUP BY rule, owner_id", pool.id, by, select="rule, owner_id, count(*)")
    counts = {(rule, owner): n for rule, owner, n in found}
    return Forecast(counts, sum(counts.values()))


def preview(entity: Entity, pool: Pool, actor: Actor, by: date) -> Judgement | None:
    """The judgement behind a dry run, over what the reader may see; rows that no rule can reach by then are left aside."""
    if not pool.rules:
        return None
    among = [each for each in pools.of(entity) if each.id == pool.id or each in running(entity)]
    rows = entity.rows(actor).filter(reduce(or_, (_reached(entity, rule, by) for each in among for rule in each.rules)))
    return judge(rows, entity, among, warned=pool.recycles)


__all__ = ["Forecast", "Judgement", "catch_up", "forecast", "judge", "preview", "running", "stale", "stamp"]
