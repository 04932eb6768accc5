"""The tags of texts go along when a field becomes another sort."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from guanxi.kernel.merge_tags import following
from guanxi.kernel.write.following import Move, kept_by
from guanxi.surfaces.texts import shelf
from guanxi.surfaces.texts.models import TextTemplate


@kept_by
def texts(move: Move, write: bool) -> Iterator[tuple[str, bool]]:
    """Mails, messages and phrases; a way over the field to another record ends with it."""
    for row in TextTemplate.objects.order_by("pk"):
        goes = [each for text in (row.subject, row.body) if (each := following.goes(text, move)) is not None]
        if not goes:
            continue
        if write:
            row.subject, row.body = (following.moved(text, move) for text in (row.subject, row.body))
            row.save(update_fields=["subject", "body"])
            shelf.clear()
        yield _("Text “%(name)s”") % {"name": row.label}, all(goes)


__all__ = ["texts"]
