"""A key sent with a write: a double click or a retry after a lost network writes once and gets the first answer."""

from __future__ import annotations

from collections.abc import Callable

from django.db import IntegrityError, transaction

from guanxi.kernel import clock
from guanxi.kernel.actor import Actor
from guanxi.kernel.models import Idempotency
from guanxi.kernel.write.unit import refusals_logged


def once(key: str, actor: Actor, do: Callable[[], int]) -> int:
    """The record id that `do` gives, or gave when this actor last sent the key; without a key, simply `do`."""
    if not key:
        return do()
    key = key.replace("\x00", "")  # PostgreSQL keeps no NUL
    name = f"{actor.id}:{key}"[:120]
    try:
        with refusals_logged(actor), transaction.atomic():
            row = Idempotency.objects.create(key=name, actor=actor.id, at=clock.now())
            row.record = do()
            row.save(update_fields=["record"])
            return row.record
    except IntegrityError:
        known = Idempotency.objects.filter(key=name).first()
        if known is None or known.record is None:
            raise
        return known.record
