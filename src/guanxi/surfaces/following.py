"""What people and webhooks keep by the keys of fields goes along when a field becomes another sort."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from guanxi.kernel.write.following import Move, conditions, kept_by
from guanxi.surfaces.models import Layout, SavedView, Webhook


@kept_by
def views(move: Move, write: bool) -> Iterator[tuple[str, bool]]:
    """Saved views: a private one is told of by whose it is, not by its name."""
    rows = list(SavedView.objects.select_related("owner").order_by("pk"))
    yield from conditions(rows, "where", _told, move, write=write)
    for row in rows:
        shown = [row.columns, row.sort, row.by]
        if move.names(shown):
            if write:
                columns, sort, by = move.renamed(shown)
                SavedView.objects.filter(pk=row.pk).update(columns=columns, sort=sort, by=by)
            yield _told(row), True


@kept_by
def arranged(move: Move, write: bool) -> Iterator[tuple[str, bool]]:
    """The columns that people have arranged for themselves; they are not worth a word."""
    for row in Layout.objects.all() if write else ():
        kept = [row.columns, row.widths, row.looks]
        if move.names(kept):
            columns, widths, looks = move.renamed(kept)
            Layout.objects.filter(pk=row.pk).update(columns=columns, widths=widths, looks=looks)
    yield from ()


@kept_by
def webhooks(move: Move, write: bool) -> Iterator[tuple[str, bool]]:
    """Of what webhooks tell."""
    yield from conditions(
        Webhook.objects.order_by("pk"), "where", lambda row: _("Webhook “%(name)s”") % {"name": row.name}, move, write=write
    )


def _told(row: SavedView) -> str:
    if row.shared:
        return _("View “%(name)s”") % {"name": row.name}
    return _("A view of %(person)s") % {"person": row.owner.name}


__all__ = ["arranged", "views", "webhooks"]
