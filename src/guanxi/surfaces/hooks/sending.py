"""From deliveries to their addresses: signed, claimed by one worker at a time, tried again ever more rarely for about a day."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import time
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
AT_ONCE, KEPT_DAYS = 20, 30


class Dropped(Exception):
    """There is nothing to be told any more."""


def send_due(*, seconds: float = 40.0) -> int:
    """Send what is due, for so long at most; returns how many were tried."""
    began, tried = time.monotonic(), 0
    while time.monotonic() - began < seconds and (claimed := _claim(1)):
        for delivery in claimed:
            attempt(delivery)
            tried += 1
    return tried


def _claim(most: int) -> list[Delivery]:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"now": clock.now(), "lease": clock.now() + LEASE, "most": most})
        ids = [row[0] for row in cursor.fetchall()]
    return list(Delivery.objects.filter(pk__in=ids).select_related("hook").order_by("pk"))


_CLAIM = """
UPDATE surfaces_delivery SET tries = tries + 1, next_at = %(lease)s WHERE id IN (
    SELECT d.id FROM surfaces_delivery d JOIN surfaces_webhook h ON h.id = d.hook_id
    WHERE d.state = 'waiting' AND d.next_at <= %(now)s AND h.active ORDER BY d.next_at, d.id LIMIT %(most)s FOR UPDATE OF d SKIP LOCKED
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
