"""A key sent with a write: a double click or a retry after a lost network writes once and gets the first answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction

from guanxi.kernel import clock
from guanxi.kernel.actor import Actor
from guanxi.kernel.models import Idempotency
from guanxi.kernel.write.unit import refusals_logged


class Reused(Exception):
    """The key came before, with something else to do."""


def once(key: str, actor: Actor, do: Callable[[], int], *, asked: str = "") -> int:
    """The record id that `do` gives, or gave when this actor last sent the key; without a key, simply `do`.

    `asked` is a digest of what is to be done. Raises Reused where the key was sent with another one.
    """
    if not key:
        return do()
    key = key.replace("\x00", "")  # PostgreSQL keeps no NUL
    name = f"{actor.id}:{key}"[:120]
    try:
        with refusals_logged(actor), transaction.atomic():
            row = Idempotency.objects.create(key=name, asked=asked, actor=actor.id, at=clock.now())
            row.record = do()
            row.save(update_fields=["record"])
            return row.record
    except IntegrityError:
        known = Idempotency.objects.filter(key=name).first()
        if known is None or known.record is None:
            raise
        if known.asked != asked:
            raise Reused from None
        return known.record


def answered(key: str, actor: Actor, do: Callable[[], Any], *, asked: str = "") -> tuple[Any, bool]:
    """The same for an answer in JSON, which is kept; and whether it had been given before. Raises Reused."""
    if not key:
        return do(), False
    name = f"{actor.id}:{key}"[:120]
    try:
        with refusals_logged(actor), transaction.atomic():
            row = Idempotency.objects.create(key=name, asked=asked, actor=actor.id, at=clock.now())
            row.answer = do()
            row.save(update_fields=["answer"])
            return row.answer, False
    except IntegrityError:
        known = Idempotency.objects.filter(key=name).first()
        if known is None or known.answer is None:
            raise
        if known.asked != asked:
            raise Reused from None
        return known.answer, True
