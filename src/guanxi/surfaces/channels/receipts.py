"""What providers tell of messages that they have taken, and what erasure and merging make of messages."""

from __future__ import annotations

from django.db.models import Q

from guanxi.kernel import clock
from guanxi.kernel.entity import Entity
from guanxi.surfaces.channels.answers import discreet
from guanxi.surfaces.channels.models import Channel, Message
from guanxi.surfaces.channels.providers import PROVIDERS

#: Reports in one call; providers bundle up to some hundreds.
MOST = 1_000


def take(channel: Channel, body: bytes) -> int:
    """Note what a call of the provider tells; how many messages it was about. Raises ValueError where it is no such call."""
    found = 0
    for report in PROVIDERS[channel.provider].reports(body)[:MOST]:
        if report.reference:
            told = Message.objects.filter(
                channel=channel, reference=report.reference[:100], state__in=("sent", "delivered", "failed", "unsure")
            )
            if report.delivered:
                found += told.update(state="delivered", answer="", ended_at=clock.now())
                continue
            for number, to in told.values_list("pk", "to"):
                found += told.filter(pk=number).update(state="failed", answer=discreet(report.answer, to=to), ended_at=clock.now())
    return found


def empty(entity: Entity, record: int) -> None:
    """A person who is erased leaves what was written to him; that something was, and when, stays. What waits is not sent."""
    his = Message.objects.filter(Q(whose=entity.key, whose_record=record) | Q(entity=entity.key, record=record))
    his.filter(state="waiting").update(state="dropped", answer="closed", ended_at=clock.now(), next_at=None)
    his.update(to="", subject="", body="", parameters=[])


__all__ = ["MOST", "empty", "take"]
