"""Telling what happened about a record: an entry of the kind that its story is made of, by whatever door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from guanxi.kernel import attachments, drafts, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.draft import Draft
from guanxi.kernel.entity import Entity
from guanxi.surfaces import stream


def writes(entity: Entity, actor: Actor) -> Entity | None:
    """The kind of entry that this person may write about such records."""
    return next((c for c in stream.telling(entity, actor) if actor.may(c.key, "create")), None)


def tell(
    entity: Entity, child: Entity, record: Any, typed: Mapping[str, str], uploads: Sequence[Any], actor: Actor, *, door: str = "timeline"
) -> int:
    """Create the child about this record, with what the record knows of the child's other lookups, and its files."""
    mode, text, due = child.composer
    values: dict[str, Any] = {mode: typed["mode"] or None, text: typed["text"]}
    if typed["due"]:
        values[due] = typed["due"]
    values = {k: v for k, v in values.items() if k in child.writable(actor)}
    for key in stream.lookups(child, entity):
        values[key] = record.id
    for key, bound in child.fields.items():
        if bound.kind.name == "lookup" and key not in values:
            same = entity.fields.get(key)
            if same is not None and getattr(same.kind, "to", "") == getattr(bound.kind, "to", None) and same.value(record):
                values[key] = same.value(record)
    with write.unit(actor, door):
        made = write.create(child, values, actor=actor, door=door)
        if uploads and isinstance(made, Draft):
            raise write.Invalidated(
                {"text": _("This waits for review, and files cannot wait with it. Send it without them and add them then.")}
            )
        if uploads:
            attachments.add(child, made, uploads, actor=actor, door=door)
    return drafts.mark(made)


__all__ = ["tell", "writes"]
