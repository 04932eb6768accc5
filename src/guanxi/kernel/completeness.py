"""How whole a record is: of the fields that its entity wants filled in, and that its form asks, how many are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field


@dataclass(frozen=True)
class Wholeness:
    """The share that is filled in, in percent, and what is not."""

    percent: int
    lacking: tuple[Field, ...]


def of(entity: Entity, record: Any, actor: Actor) -> Wholeness | None:
    """How whole a record is as far as this actor reads it; None of an entity that says nothing of it, or of which he reads nothing that counts."""
    visible, form = entity.visible(actor), entity.form_of(record)
    unasked = set(form.without) - set(form.sets) if form else set()
    wanted = [visible[key] for key in entity.whole if key in visible and key not in unasked]
    if not wanted:
        return None
    lacking = tuple(field for field in wanted if field.kind.is_blank(field.value(record)))
    return Wholeness(100 * (len(wanted) - len(lacking)) // len(wanted), lacking)


__all__ = ["Wholeness", "of"]
