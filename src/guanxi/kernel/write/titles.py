"""Saying what new records are called where nobody says so."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from guanxi.kernel import titles
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.merge_tags import following, naming
from guanxi.kernel.merge_tags.naming import Bound
from guanxi.kernel.merge_tags.syntax import MergeError
from guanxi.kernel.models import TitleTemplate
from guanxi.kernel.registry import registry
from guanxi.kernel.write import lists
from guanxi.kernel.write.errors import Forbidden, Invalidated
from guanxi.kernel.write.following import Move, kept_by
from guanxi.kernel.write.unit import unit

LONGEST = 300


def change(entity: Entity, source: str, *, actor: Actor) -> None:
    """Keep a text with tags, or with an empty one none; it holds for what is made from now on. Raises Forbidden or Invalidated."""
    if not lists.may_shape(actor):
        raise Forbidden(_("Only those who look after the company's lists may do this."))
    kept = checked(entity, source) if source.strip() else ""
    with unit(actor, lists.DOOR):
        if kept:
            TitleTemplate.objects.update_or_create(entity=entity.key, defaults={"source": kept})
        else:
            TitleTemplate.objects.filter(entity=entity.key).delete()
    titles.clear()


def checked(entity: Entity, source: str) -> str:
    """The text with keys in its tags. Raises Invalidated, which says what is wrong with it."""
    if not titles.possible(entity):
        raise Invalidated({"source": _("The title of these records is not typed.")})
    try:
        text = naming.in_keys(entity, " ".join(source.replace("\x00", "").split()))
        bound = [piece for piece in naming.bound(entity, text) if isinstance(piece, Bound)]
    except MergeError as error:
        raise Invalidated({"source": str(error)}) from None
    if len(text) > LONGEST:
        raise Invalidated({"source": _("Shorten the text to %(most)d characters.") % {"most": LONGEST}})
    if not bound:
        raise Invalidated({"source": _("Name at least one field, or all records would be called the same.")})
    odd = next((piece.path for piece in bound if not titles.usable(entity, piece.path)), None)
    if odd is not None:
        said = _("“%(name)s” is not known yet when a record is made. Take another field.")
        raise Invalidated({"source": said % {"name": naming.label(entity, odd)}})
    shut = next((piece.path for piece in bound if not titles.shared(entity, piece.path)), None)
    if shut is not None:
        said = _("“%(name)s” is closed to some who read the title. Take another field.")
        raise Invalidated({"source": said % {"name": naming.label(entity, shut)}})
    return text


@kept_by
def proposals(move: Move, write: bool) -> Iterator[tuple[str, bool]]:
    """They go along when a field becomes another sort."""
    for row in TitleTemplate.objects.order_by("pk"):
        goes = following.goes(row.source, move)
        if goes is None:
            continue
        if write:
            row.source = following.moved(row.source, move)
            row.save(update_fields=["source"])
            titles.clear()
        named = next((str(entity.label) for entity in registry if entity.key == row.entity), row.entity)
        yield _("Proposed title of “%(entity)s”") % {"entity": named}, goes


__all__ = ["LONGEST", "change", "checked"]
