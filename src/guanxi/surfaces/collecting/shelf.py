"""Who answers for a collection form: asked for every menu, so each process keeps it until the shape moves."""

from __future__ import annotations

from typing import Any

from guanxi.kernel import versions
from guanxi.kernel.actor import Actor
from guanxi.surfaces.collecting.models import CollectForm

_state: dict[str, Any] = {"version": None, "known": None}


def answers(actor: Actor) -> bool:
    """Whether somebody answers for a form."""
    if _state["known"] is None or _state["version"] != versions.shape():
        _state.update(version=versions.shape(), known=frozenset(CollectForm.objects.values_list("person_id", flat=True)))
    return actor.id in _state["known"]


def clear() -> None:
    """Ask again at the next question."""
    _state["known"] = None


def watch() -> None:
    """Another person who answers for a form moves the shape; what comes in does not."""
    versions.watch("surfaces_collectform", "shape", "person_id")


__all__ = ["answers", "clear", "watch"]
