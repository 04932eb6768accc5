"""Pictures chosen in a form whose record is not there yet: kept for whoever chose them, of the record as soon as it is saved.

Until then nobody else reaches them. What never became part of a record is dropped at night.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.core.files.storage import default_storage

from guanxi.kernel import attachments, clock
from guanxi.kernel.actor import Actor
from guanxi.kernel.attachments import NOWHERE
from guanxi.kernel.draft import Draft
from guanxi.kernel.entity import Entity
from guanxi.kernel.models import Attachment
from guanxi.kernel.write.unit import unit

#: So long somebody may leave a form open.
KEPT_FOR = timedelta(days=2)
PORTION = 500


def keep(entity: Entity, field: str, upload: Any, *, actor: Actor) -> int:
    """Keep a picture for a field of a record that is still being entered; its number. Raises Invalidated under the key of the field."""
    attachments.check_picture(field, upload)
    with unit(actor, "form"):
        return int(attachments.store(entity, NOWHERE, upload, actor, field).pk)


def sweep() -> int:
    """Drop what has belonged to no record for too long and waits with no draft either; how many there were."""
    old = Attachment.objects.filter(record=NOWHERE, created_at__lt=clock.now() - KEPT_FOR).order_by("id")
    dropped = 0
    for row in old.iterator(PORTION):
        if not Draft.objects.filter(state="waiting", entity=row.entity, values__contains={row.field: row.pk}).exists():
            row.delete()
            dropped += 1
            _drop_contents(row)
    return dropped


def _drop_contents(row: Attachment) -> None:
    """The file itself, unless others are the same."""
    if row.path and not Attachment.objects.filter(path=row.path).exists():
        for place in (row.path, attachments.small(row.digest)):
            default_storage.delete(place)


def bind(entity: Entity, field: str, records: Iterable[Any], actor: Actor) -> None:
    """What these new records show in a field is theirs from now on."""
    wanted = {number: record.id for record in records if (number := entity.fields[field].value(record))}
    if wanted:
        loose = Attachment.objects.filter(id__in=wanted, entity=entity.key, record=NOWHERE, created_by=actor.id)
        for number in loose.values_list("id", flat=True):
            Attachment.objects.filter(id=number).update(record=wanted[number])


__all__ = ["KEPT_FOR", "bind", "keep", "sweep"]
