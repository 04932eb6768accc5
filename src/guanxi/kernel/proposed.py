"""The texts by which administrators have new records called, by entity: read once until the shape moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from guanxi.kernel.entity import Entity

_state: dict[str, Any] = {"version": None, "known": None}


def source(entity: Entity) -> str:
    """The text, with keys in its tags; empty where there is none."""
    from guanxi.kernel.models import TitleTemplate

    if _state["known"] is None:
        _state["known"] = dict(TitleTemplate.objects.values_list("entity", "source"))
    known: dict[str, str] = _state["known"]
    return known.get(entity.key, "")


def clear() -> None:
    """Read them again at the next question."""
    _state["known"] = None


def refresh(version: int) -> None:
    """Forget what was read when the shape has moved."""
    if _state["version"] != version:
        _state["version"] = version
        clear()


__all__ = ["clear", "refresh", "source"]
