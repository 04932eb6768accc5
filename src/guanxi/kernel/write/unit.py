"""The unit of a write: one transaction with its context for the history triggers, and what it owes before it commits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction

from guanxi.kernel import clock, disclosure
from guanxi.kernel.actor import Actor
from guanxi.kernel.write.errors import Invalidated


@dataclass
class Unit:
    """Who writes through which door; `touched` are parents whose roll-ups must be recomputed, `judged` what may now fall otherwise,
    `referred` what was just referred to, which somebody may be merging at this moment.

    `agreed`: somebody has reviewed what is written, so it takes effect; `reason` is what its author tells a reviewer, and `why`,
    of what is done for a reason, what stands in the history.
    """

    actor: Actor
    door: str
    verb: str
    request: str
    write_id: UUID = field(default_factory=uuid4)
    touched: dict[tuple[str, str], set[int]] = field(default_factory=dict)
    judged: dict[str, set[int]] = field(default_factory=dict)
    referred: dict[str, set[int]] = field(default_factory=dict)
    agreed: bool = False
    reason: str = ""
    why: str = ""

    def context(self) -> str:
        """The document that `guanxi_context()` reads."""
        return json.dumps(
            {
                "write": str(self.write_id),
                "actor": self.actor.id,
                "door": self.door,
                "verb": self.verb or None,
                "request": self.request,
                "at": clock.now().isoformat(),
                "reason": self.why or None,
            }
        )

    def touch(self, parent: str, child: str, ids: Any) -> None:
        """Remember parents whose children of one entity changed."""
        self.touched.setdefault((parent, child), set()).update(i for i in ids if i)

    def judge(self, entity: str, ids: Any) -> None:
        """Remember records of a pooled entity of which the rules may now say something else."""
        self.judged.setdefault(entity, set()).update(ids)

    def refer(self, entity: str, ids: Any) -> None:
        """Remember records to which something was attached."""
        self.referred.setdefault(entity, set()).update(i for i in ids if i)


_current: ContextVar[Unit | None] = ContextVar("guanxi_unit", default=None)
_request: ContextVar[str] = ContextVar("guanxi_request", default="")


def set_request(identifier: str) -> None:
    """Name the web request or job on whose behalf this context writes."""
    _request.set(identifier)


def current() -> Unit | None:
    """The unit that is open, if any."""
    return _current.get()


@contextmanager
def unit(actor: Actor, door: str, *, verb: str = "", request: str = "", why: str = "") -> Iterator[Unit]:
    """Open a unit, or join the one already open: nested writes are part of the same Change, and of the same reason."""
    outer = _current.get()
    if outer is not None:
        yield outer
        return
    mine = Unit(actor, door, verb, request or _request.get(), reason=why, why=why)
    with refusals_logged(actor), transaction.atomic():
        token = _current.set(mine)
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('guanxi.context', %s, true)", [mine.context()])
            yield mine
            from guanxi.kernel.write import rollups, successors

            rollups.settle(mine)
            if successors.follow(mine):
                rollups.settle(mine)
            _judge(mine)
        finally:
            _current.reset(token)


def _judge(mine: Unit) -> None:
    """Store anew when the records of this write fall into a pool, where rules are at work."""
    from guanxi.kernel import recycling
    from guanxi.kernel.registry import registry

    for key, ids in mine.judged.items():
        entity = registry.get(key)
        if ids and recycling.running(entity):
            recycling.stamp(entity, ids)


@contextmanager
def refusals_logged(actor: Actor) -> Iterator[None]:
    """Put around the transaction: that a refusal named other records is kept, though the transaction is not."""
    try:
        yield
    except Invalidated as refusal:
        if refusal.rivals:
            disclosure.log(refusal.entity, refusal.rivals, actor, verb="taken")
        raise
