"""From the outbox to deliveries: which webhook wants to be told of which event, by the rights of its person."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import connection
from django.db.models import Count

from guanxi.kernel import clock, events, jobs
from guanxi.kernel.actor import Actor
from guanxi.kernel.condition.tree import ConditionError
from guanxi.kernel.models import Event
from guanxi.kernel.registry import registry
from guanxi.surfaces.api.changes import Fact, told
from guanxi.surfaces.hooks.models import Delivery, Webhook

NAME, BATCH = "webhooks", 500
KINDS = ("created", "changed", "deleted", "restored")
#: As often as this one webhook tells of one record within `CIRCLE`; more is two programs that wake one another up.
ROUNDS, CIRCLE = 20, timedelta(minutes=10)
log = logging.getLogger(__name__)


def take() -> None:
    """All that has happened since the last time; without any webhook the past is left behind."""
    if not Webhook.objects.filter(active=True).exists():
        skip()
        return
    while events.drain(NAME, batch=BATCH) == BATCH:
        pass


def skip() -> None:
    """What has happened until now is told to nobody."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_eventcursor (subscriber, tx, event) VALUES (%s, txid_snapshot_xmin(txid_current_snapshot()) - 1, 9223372036854775807) "
            "ON CONFLICT (subscriber) DO UPDATE SET tx = greatest(kernel_eventcursor.tx, excluded.tx), event = excluded.event",
            [NAME],
        )


@events.subscriber(NAME)
def enqueue(rows: list[Event]) -> None:
    """A delivery for each event that a webhook wants; in the transaction that moves the cursor."""
    facts = [Fact(r.tx, r.pk, r.at, r.entity, r.record, r.verb, r.actor, r.write_id, r.data) for r in rows]
    for hook in Webhook.objects.filter(active=True, created_at__lte=clock.now()):
        mine = [fact for fact in facts if fact.entity == hook.entity and fact.at >= hook.created_at]
        if mine:
            _deliver(hook, mine)


def _deliver(hook: Webhook, facts: list[Fact]) -> None:
    actor = jobs.resolved(hook.person_id)
    if not actor.may(hook.entity, "view"):
        return
    wanted = list(dict.fromkeys((each["id"], each["change"]) for each in told(facts, actor) if each["change"] in hook.kinds))
    try:
        matching = matches(hook, {record for record, _change in wanted}, actor)
    except ConditionError:
        log.warning("the condition of webhook %s makes no sense any more", hook.pk)
        Webhook.objects.filter(pk=hook.pk, failing_since=None).update(failing_since=clock.now())
        return
    wanted = [(record, change) for record, change in wanted if record in matching]
    rounds = _rounds(hook, matching)
    now = clock.now()
    Delivery.objects.bulk_create(
        Delivery(hook=hook, record=record, change=change, at=now, **_due(rounds.get(record, 0) < ROUNDS)) for record, change in wanted
    )


def _due(free: bool) -> dict[str, object]:
    return {"next_at": clock.now()} if free else {"state": "held", "ended_at": clock.now()}


def matches(hook: Webhook, ids: set[int], actor: Actor) -> set[int]:
    """Those of these records that meet the webhook's condition now. Raises ConditionError."""
    if not hook.where:
        return ids
    rows = registry.get(hook.entity).rows(actor, deleted=None).where(hook.where).filter(id__in=ids)
    return set(rows.values_list("id", flat=True))


def _rounds(hook: Webhook, ids: set[int]) -> dict[int, int]:
    """How often each of these records was told of lately."""
    rows = Delivery.objects.filter(hook=hook, record__in=ids, at__gt=clock.now() - CIRCLE).values("record").annotate(n=Count("id"))
    return {int(row["record"] or 0): row["n"] for row in rows}


__all__ = ["KINDS", "ROUNDS", "enqueue", "matches", "skip", "take"]
