"""Pictures that come with a form: kept before its record is there, or as files of the record in the write that shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from guanxi.kernel import attachments, loose, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field
from guanxi.kernel.write import Invalidated, unit

Uploads = Mapping[str, UploadedFile]


def chosen(request: HttpRequest, fields: Mapping[str, Field]) -> dict[str, Any]:
    """What was chosen, by field key."""
    return {key: request.FILES[key] for key, field in fields.items() if field.kind.name == "image" and key in request.FILES}


def held(entity: Entity, uploads: Uploads, values: dict[str, Any], *, actor: Actor) -> None:
    """Keep what was chosen for a record that is being entered, and put the numbers among its values: what else is refused, the form
    goes on holding the pictures. Raises Invalidated for those that are none."""
    errors: dict[str, str] = {}
    for key, upload in uploads.items():
        try:
            values[key] = str(loose.keep(entity, key, upload, actor=actor))
        except Invalidated as refusal:
            values.pop(key, None)
            errors |= refusal.errors
    if errors:
        raise Invalidated(errors)


def update(entity: Entity, record: int, values: Mapping[str, Any], uploads: Uploads, *, actor: Actor, door: str, base: int | None) -> Any:
    """Change a record and its pictures; nothing of either is kept where one is refused."""
    with unit(actor, door):
        given = {**values, **_kept(entity, record, uploads, actor, door)}
        return write.update((entity, record), given, actor=actor, door=door, base=base)


def _kept(entity: Entity, record: int, uploads: Uploads, actor: Actor, door: str) -> dict[str, int]:
    return {key: attachments.picture(entity, record, key, upload, actor=actor, door=door) for key, upload in uploads.items()}


__all__ = ["chosen", "held", "update"]
