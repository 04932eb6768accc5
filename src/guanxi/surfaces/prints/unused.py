"""Pictures that somebody uploaded and no version of a template shows: they go after a while."""

from __future__ import annotations

from datetime import timedelta

from django.core.files.storage import default_storage
from django.db import transaction

from guanxi.kernel import clock
from guanxi.surfaces.prints import document
from guanxi.surfaces.prints.models import PrintPicture, PrintVersion

#: So long one may wait for the template that is to show it.
KEPT = timedelta(days=7)


def sweep() -> int:
    """Remove them with their files; how many went. Versions stay, and with them what they show."""
    shown: set[int] = set()
    for said in PrintVersion.objects.filter(template__sort="blocks").values_list("document", flat=True).iterator():
        shown |= document.pictures(said)
    gone = 0
    for row in PrintPicture.objects.filter(created_at__lt=clock.now() - KEPT).exclude(pk__in=shown):
        with transaction.atomic():
            row.delete()
            transaction.on_commit(lambda path=row.path: default_storage.delete(path))  # type: ignore[misc]
        gone += 1
    return gone


__all__ = ["KEPT", "sweep"]
