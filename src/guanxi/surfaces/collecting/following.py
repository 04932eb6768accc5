"""A form that asks for an own field goes on asking for it when it becomes another sort."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from guanxi.kernel.write.following import Move, kept_by
from guanxi.surfaces.collecting.asking import KINDS
from guanxi.surfaces.collecting.models import CollectForm


@kept_by
def forms(move: Move, write: bool) -> Iterator[tuple[str, bool]]:
    """What is asked goes along where strangers may be asked the other sort; a fixed value was typed for the former one and goes."""
    for row in CollectForm.objects.order_by("pk"):
        keys = [each["key"] for each in row.asked]
        if not move.names([*keys, *row.fixed]):
            continue
        fits = move.kind is None or move.kind.name in KINDS
        if write:
            asked = [{**each, "key": move.renamed(each["key"]) if fits else each["key"]} for each in row.asked]
            CollectForm.objects.filter(pk=row.pk).update(asked=asked)
        yield _("Collection form “%(name)s”") % {"name": row.name}, fits and move.names(keys)


__all__ = ["forms"]
