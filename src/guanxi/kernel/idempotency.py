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
    return int(_kept("record", key, actor, do, asked)[0])


def answered(key: str, actor: Actor, do: Callable[[], Any], *, asked: str = "") -> tuple[Any, bool]:
    """The same for an answer in JSON, which is kept; and whether it had been given before. Raises Reused."""
    return _kept("answer", key, actor, do, asked)


def _kept(column: str, key: str, actor: Actor, do: Callable[[], Any], asked: str) -> tuple[Any, bool]:
    """What `do` gives, kept in a column under the key; and whether it stood there."""
    if not key:
        return do(), False
    name = f"{actor.id}:{key.replace(chr(0), '')}"[:120]  # PostgreSQL keeps no NUL
    try:
        with refusals_logged(actor), transaction.atomic():
            row = Idempotency.objects.create(key=name, asked=asked, actor=actor.id, at=clock.now())
            setattr(row, column, do())
            row.save(update_fields=[column])
            return getattr(row, column), False
    except IntegrityError:
        known = Idempotency.objects.filter(key=name).first()
        if known is None or getattr(known, column) is None:
            raise
        if known.asked != asked:
            raise Reused from None
        return getattr(known, column), True
