"""Which channels there are, and by whom they may be used: asked on every page of a record, so each process keeps it until the shape moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F

from guanxi.kernel import versions
from guanxi.kernel.actor import Actor
from guanxi.surfaces.channels.models import ApprovedText, Channel
from guanxi.surfaces.channels.providers import PROVIDERS


@dataclass(frozen=True)
class Shelved:
    """A channel in use; `texts` are the numbers of the texts whose wording the operators have approved for it."""

    id: int
    name: str
    provider: str
    roles: frozenset[str]
    daily: int
    texts: Mapping[int, str] = field(default_factory=dict)

    @property
    def medium(self) -> str:
        """What is sent by it."""
        return PROVIDERS[self.provider].medium

    @property
    def approved(self) -> bool:
        """Whether only approved wordings go out by it."""
        return PROVIDERS[self.provider].approved

    def takes(self, text: int | None) -> bool:
        """Whether what somebody writes may go by it: with the text it was filled from, or none."""
        return not self.approved or text in self.texts


_state: dict[str, Any] = {"version": None, "known": None}


def of(actor: Actor) -> list[Shelved]:
    """The channels that this person may use, by name; none while he looks through a pool."""
    if _state["known"] is None or _state["version"] != versions.shape():
        _state.update(version=versions.shape(), known=_read())
    if actor.pool is not None:
        return []
    known: list[Shelved] = _state["known"]
    return [each for each in known if not each.roles or each.roles & actor.roles]


def clear() -> None:
    """Read them again at the next question."""
    _state["known"] = None


def watch() -> None:
    """Have another channel, or another use of one, move the shape."""
    versions.watch("surfaces_channel", "shape", "name,provider,roles,daily,active")
    versions.watch("surfaces_approvedtext", "shape")


def _read() -> list[Shelved]:
    texts: dict[int, dict[int, str]] = {}
    for channel, text, code in ApprovedText.objects.filter(text__active=True, text__body=F("body")).values_list(
        "channel_id", "text_id", "code"
    ):
        texts.setdefault(channel, {})[text] = code
    rows = Channel.objects.filter(active=True, provider__in=PROVIDERS).order_by("name", "id")
    return [Shelved(row.pk, row.name, row.provider, frozenset(row.roles), row.daily, texts.get(row.pk, {})) for row in rows]


__all__ = ["Shelved", "clear", "of", "watch"]
