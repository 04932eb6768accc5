"""`guanxi verify` looks whether customers, opportunities and leads are planned as their follow-ups say."""

from __future__ import annotations

from collections.abc import Iterator

from guanxi.activity.rules import plans
from guanxi.kernel import verify
from guanxi.kernel.registry import registry


def planned() -> Iterator[str]:
    """Every live customer, opportunity and lead bears the date that its follow-ups and its history give it."""
    for told, lookup, key in ((told, *pair) for told, targets in plans.TARGETS.items() for pair in targets.items()):
        entity, target = registry.get(told), registry.get(key)
        wrong = [record for ids in verify.in_chunks(target) for record in plans.differing(entity, target, lookup, ids)]
        yield from verify.say(target, "next_follow_up_at is not what its follow-ups say", wrong)


verify.register(planned)

__all__ = ["planned"]
