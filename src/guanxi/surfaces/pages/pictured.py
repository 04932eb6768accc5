"""Pictures that come with a form: kept as files of the record in the same write that shows them in their fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext as _

from guanxi.kernel import attachments, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.draft import Draft
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field
from guanxi.kernel.write import Invalidated, unit

Uploads = Mapping[str, UploadedFile]


def chosen(request: HttpRequest, fields: Mapping[str, Field]) -> dict[str, Any]:
    """What was chosen, by field key."""
    return {key: request.FILES[key] for key, field in fields.items() if field.kind.name == "image" and key in request.FILES}


def create(entity: Entity, values: Mapping[str, Any], uploads: Uploads, *, actor: Actor) -> Any:
    """A record, and its pictures as soon as it is there."""
    if not uploads:
        return write.create(entity, values, actor=actor, door="form")
    with unit(actor, "form"):
        done = write.create(entity, {k: v for k, v in values.items() if k not in uploads}, actor=actor, door="form")
        if isinstance(done, Draft):
            raise Invalidated(dict.fromkeys(uploads, _("Somebody must agree to the record first. Add the picture then.")))
        return write.update((entity, done.id), _kept(entity, done.id, uploads, actor, "form"), actor=actor, door="form")


def update(entity: Entity, record: int, values: Mapping[str, Any], uploads: Uploads, *, actor: Actor, door: str, base: int | None) -> Any:
    """Change a record and its pictures; nothing of either is kept where one is refused."""
    with unit(actor, door):
        given = {**values, **_kept(entity, record, uploads, actor, door)}
        return write.update((entity, record), given, actor=actor, door=door, base=base)


def _kept(entity: Entity, record: int, uploads: Uploads, actor: Actor, door: str) -> dict[str, int]:
    return {key: attachments.picture(entity, record, key, upload, actor=actor, door=door) for key, upload in uploads.items()}


__all__ = ["chosen", "create", "update"]
