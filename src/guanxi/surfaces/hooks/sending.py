"""From deliveries to their addresses: signed, claimed by one worker at a time, tried again ever more rarely for about a day."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import time
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import timedelta
from typing import Any

import requests
import urllib3
from django.conf import settings
from django.db import connection

from guanxi.kernel import clock, jobs, sealed
from guanxi.kernel.registry import registry
from guanxi.org import outgoing
from guanxi.surfaces import letters
from guanxi.surfaces.api.values import Shape
from guanxi.surfaces.hooks.models import Delivery, Webhook

ABOUT = "webhook"
#: Waits double from 15 seconds to four hours: the fifteenth try comes about a day after the first.
FIRST, LONGEST, TRIES = 15.0, 4 * 3600.0, 15
#: For so long a delivery is one worker's, who needs less than that or has died.
LEASE = timedelta(seconds=60)
KEPT_DAYS = 30
#: Addresses that are told beside one another; and the seconds after which one that lets us wait has had its turn until the next run.
ABREAST, PATIENT = 8, 5.0


class Dropped(Exception):
    """There is nothing to be told any more."""


def send_due(*, seconds: float = 40.0) -> int:
    """Send what is due, for so long at most; returns how many were tried.

    Each webhook has a turn of its own, in which it is told one thing after another: an address that lets us wait delays
    nobody's deliveries but its own.
    """
    end = time.monotonic() + seconds
    due = Delivery.objects.filter(state="waiting", next_at__lte=clock.now(), hook__active=True)
    hooks = list(due.order_by("hook").values_list("hook", flat=True).distinct())
    turn = seconds * min(1.0, ABREAST / max(1, len(hooks)))
    if len(hooks) < 2:
        return sum(_turn(hook, end, turn) for hook in hooks)
    with ThreadPoolExecutor(min(ABREAST, len(hooks))) as threads:
        turns = [threads.submit(copy_context().run, _apart, hook, end, turn) for hook in hooks]
    return sum(each.result() for each in turns)


def _apart(hook: int, end: float, most: float) -> int:
    """A turn in a thread, which has a connection of its own to the database."""
    try:
        return _turn(hook, end, most)
    finally:
        connection.close()


def _turn(hook: int, end: float, most: float) -> int:
    """Tell one address what is due, for `most` seconds and not after `end`; how many were tried."""
    end, tried = min(end, time.monotonic() + most), 0
    while (began := time.monotonic()) < end and (delivery := _claim(hook)) is not None:
        attempt(delivery)
        tried += 1
        if time.monotonic() - began > PATIENT:
            break
    return tried


def _claim(hook: int) -> Delivery | None:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"now": clock.now(), "lease": clock.now() + LEASE, "hook": hook})
        row = cursor.fetchone()
    return Delivery.objects.select_related("hook").filter(pk=row[0]).first() if row else None


_CLAIM = """
UPDATE surfaces_delivery SET tries = tries + 1, next_at = %(lease)s WHERE id = (
    SELECT d.id FROM surfaces_delivery d JOIN surfaces_webhook h ON h.id = d.hook_id
    WHERE d.hook_id = %(hook)s AND d.state = 'waiting' AND d.next_at <= %(now)s AND h.active
    ORDER BY d.next_at, d.id LIMIT 1 FOR UPDATE OF d SKIP LOCKED
) RETURNING id
"""


def attempt(delivery: Delivery) -> None:
    """One try, and what came of it."""
    hook, began = delivery.hook, time.monotonic()
    try:
        body = json.dumps(payload(delivery), ensure_ascii=False).encode()
        session = outgoing.guarded(requests.Session(), settings.GUANXI_WEBHOOK_HOSTS)
        status, answer = outgoing.tell(session, hook.address, body, headers(delivery, body))
    except Dropped:
        Delivery.objects.filter(pk=delivery.pk).update(state="dropped", ended_at=clock.now(), next_at=None)
        return
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError, sealed.Unreadable) as problem:
        status, answer = None, type(problem).__name__
    took = int((time.monotonic() - began) * 1000)
    delivery.status, delivery.took, delivery.answer = status, took, answer.replace("\x00", "")[:500]
    if status is not None and 200 <= status < 300:
        delivery.state, delivery.next_at, delivery.ended_at = "sent", None, clock.now()
        Webhook.objects.filter(pk=hook.pk).exclude(failing_since=None).update(failing_since=None)
    elif delivery.tries >= TRIES:
        delivery.state, delivery.next_at, delivery.ended_at = "failed", None, clock.now()
        _give_up(hook)
    else:
        delivery.next_at = clock.now() + timedelta(seconds=wait(delivery.tries))
    delivery.save(update_fields=["status", "took", "answer", "state", "next_at", "ended_at"])


def wait(tries: int) -> float:
    """Seconds until the next try: between half and all of what doubles each time, so that many do not come back at once."""
    return min(FIRST * 2 ** (tries - 1), LONGEST) * random.uniform(0.5, 1.0)


def _give_up(hook: Webhook) -> None:
    """Mark it, and write to who made it, once until it works again."""
    if Webhook.objects.filter(pk=hook.pk, failing_since=None).update(failing_since=clock.now()) and letters.possible():
        letters.later("webhook_failing", hook=hook.pk)


def payload(delivery: Delivery) -> dict[str, Any]:
    """What is told: the record as the webhook's person may read it now. Raises Dropped where he may not any more."""
    entity = registry.get(delivery.hook.entity)
    found = {"delivery": str(delivery.name), "event": f"{entity.slug}.{delivery.change}", "at": delivery.at.isoformat()}
    if delivery.change == "test":
        return {**found, "entity": entity.slug, "id": None, "record": None}
    actor = jobs.resolved(delivery.hook.person_id)
    gone = delivery.change == "deleted"
    record = Shape(entity, actor).one(delivery.record or 0, deleted=gone)
    if record is None:
        raise Dropped()
    return {**found, "entity": entity.slug, "id": delivery.record, "version": record["version"], "record": None if gone else record}


def headers(delivery: Delivery, body: bytes) -> dict[str, str]:
    """Who calls and what for; the signature covers the moment, so that an old call cannot be played again later."""
    moment = str(int(time.time()))
    return {
        "Content-Type": "application/json",
        "User-Agent": "Guanxi-Webhook",
        "Guanxi-Delivery": str(delivery.name),
        "Guanxi-Attempt": str(delivery.tries),
        "Guanxi-Timestamp": moment,
        "Guanxi-Signature": f"v1={sign(sealed.unseal(delivery.hook.secret, about=ABOUT), moment, body)}",
    }


def sign(secret: str, moment: str, body: bytes) -> str:
    """HMAC-SHA256 over `<timestamp>.<body>`, in hex."""
    return hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()


def again(delivery: Delivery) -> None:
    """Tell it once more, under the same name, by which the other side knows that it is the same."""
    now = clock.now()
    Delivery.objects.filter(pk=delivery.pk).update(state="waiting", tries=0, next_at=now, ended_at=None, status=None, answer="")


def test(hook: Webhook) -> Delivery:
    """Something to see whether the other side listens."""
    return Delivery.objects.create(hook=hook, change="test", at=clock.now(), next_at=clock.now())


def sweep() -> int:
    """Drop what was told long ago; returns how many."""
    old = clock.now() - timedelta(days=KEPT_DAYS)
    return Delivery.objects.filter(at__lt=old).exclude(state="waiting").delete()[0]


__all__ = ["ABOUT", "TRIES", "again", "attempt", "headers", "payload", "send_due", "sign", "sweep", "test", "wait"]
