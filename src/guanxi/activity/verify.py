"""`guanxi verify` looks whether customers and opportunities are planned as their follow-ups say."""

from __future__ import annotations

from collections.abc import Iterator

from guanxi.activity.rules import plans
from guanxi.kernel import verify
from guanxi.kernel.registry import registry


def planned() -> Iterator[str]:
    """Every live customer and opportunity bears the date that its follow-ups and its history give it."""
    for lookup, key in plans.TARGETS.items():
        target = registry.get(key)
        wrong = [record for ids in verify.in_chunks(target) for record in plans.differing(target, lookup, ids)]
        yield from verify.say(target, "next_follow_up_at is not what its follow-ups say", wrong)


verify.register(planned)

__all__ = ["planned"]
