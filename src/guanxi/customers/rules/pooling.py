"""Pools as records turned into pools as the kernel knows them, and what follows when one of them changes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from guanxi.customers.entities.pool import HOLDS, SINCE, AssignmentRule, Pool, PoolRule
from guanxi.kernel import directory, jobs, pools, recycling, write
from guanxi.kernel.actor import SYSTEM, Actor
from guanxi.kernel.giving_out import HOW
from guanxi.kernel.registry import registry
from guanxi.kernel.write import following, retyping

#: The job that works out anew what falls when.
JUDGE = "pools.judge"
LAST = 1_000
#: What of a pool names fields that are closed in it.
CLOSED = ("hidden", "masked")


def everything() -> list[pools.Pool]:
    """All live pools with their rules in force, those of some people before those of all, which take what the others leave."""
    rules: dict[int, list[pools.Rule]] = {}
    given: dict[int, list[pools.Assignment]] = {}
    for each in AssignmentRule.entity.rows(SYSTEM).filter(active=True).order_by(F("rank").asc(nulls_last=True), "id"):
        how = HOW.by_id(each.how)
        by_load = how is not None and how.code == "load"
        assignment = pools.Assignment(each.id, each.name, _condition(each.where), tuple(each.people), by_load)
        given.setdefault(each.pool_id, []).append(assignment)
    for each in PoolRule.entity.rows(SYSTEM).filter(active=True).order_by("days", "id"):
        since = SINCE.by_id(each.since)
        rule = pools.Rule(each.id, each.name, str(since.code) if since else "follow_up", each.days, _condition(each.where))
        rules.setdefault(each.pool_id, []).append(rule)
    found = [
        _pool(row, rules.get(row.id, ()), given.get(row.id, ()))
        for row in Pool.entity.rows(SYSTEM).order_by(F("rank").asc(nulls_last=True), "id")
    ]
    return sorted(found, key=lambda pool: pool.of_all)


def _pool(row: Any, rules: Iterable[pools.Rule], given: Iterable[pools.Assignment]) -> pools.Pool:
    holds = HOLDS.by_id(row.holds)
    clocks = {clock.code for clock in registry.get(str(holds.code)).clocks} if holds else set()
    return pools.Pool(
        id=row.id,
        name=row.name,
        entity=str(holds.code) if holds else "",
        people=frozenset(row.people),
        departments=directory.same_company(directory.departments(), frozenset(row.departments)) if row.departments else frozenset(),
        managers=frozenset(row.managers),
        hidden=frozenset(row.hidden),
        masked=frozenset(row.masked),
        story=row.story,
        claims_a_day=row.claims_a_day,
        most_held=row.most_held,
        cooling_days=row.cooling_days or 0,
        warning_days=row.warning_days or 0,
        recycles=row.recycles,
        spared=_condition(row.spared),
        rules=tuple(rule for rule in rules if rule.since in clocks),
        assigns=row.assigns,
        assignments=tuple(given),
        rank=row.rank or LAST,
    )


def _condition(text: str) -> tuple[Any, ...]:
    return tuple(json.loads(text)) if text else ()


def only_empty(records: Sequence[Any]) -> None:
    """A pool in which something lies cannot go to the recycle bin: nobody would find it there. Raises Invalidated."""
    gone = [record.id for record in records if record.deleted_at is not None]
    for entity in registry:
        rows: Any = entity.objects
        if entity.pooled and rows.filter(pool_id__in=gone, deleted_at=None).exists():
            raise write.Invalidated({"name": _("There are still records in this pool. Give them out first, or move them to another pool.")})


def follow(entity: str, former: str, now: str) -> None:
    """A field that holds its values under another key from now on is as closed in the pools as it was."""
    for row in Pool.objects.all():
        holds = HOLDS.by_id(row.holds)
        if holds is not None and holds.code == entity:
            closed = {
                name: sorted({*keys} - {now} | ({now} if former in keys else set())) for name in CLOSED for keys in [getattr(row, name)]
            }
            Pool.objects.filter(pk=row.pk).update(**closed)
    pools.clear()


def changed(actor: Actor) -> None:
    """What this process has kept is out of date, and the stamps on records are: a job puts them right."""
    pools.clear()
    if actor.id is not None and any(entity.pooled for entity in registry):
        jobs.start(JUDGE, _("Working out what falls into the public pools"), actor, {})


@jobs.runner(JUDGE)
def judge(progress: jobs.Progress) -> None:
    """Stamp all records of pooled entities; those that stand right are not written."""
    pooled = [entity for entity in registry if entity.pooled]
    for entity in pooled:
        for written in recycling.catch_up(entity):
            progress.advance(written, written=written)
            progress.save()


@following.kept_by
def named(move: following.Move, write: bool) -> Iterator[tuple[str, bool]]:
    """The conditions of pools and of their rules, which are kept as text."""
    for model, column in ((PoolRule, "where"), (AssignmentRule, "where"), (Pool, "spared")):
        for row in model.objects.exclude(**{column: ""}):
            document = json.loads(getattr(row, column))
            if move.names(document):
                told = f"{row.entity.label} “{row.name}”"
                try:
                    moved = json.dumps(move.where(document), ensure_ascii=False)
                except following.Unfit:
                    yield told, False
                    continue
                if write:
                    model.objects.filter(pk=row.pk).update(**{column: moved})
                yield told, True
    if write:
        pools.clear()


pools.register(everything)
retyping.followed_by(follow)

__all__ = ["JUDGE", "changed", "everything", "judge", "only_empty"]
