"""Arranging the page and form of a kind of record: sections, order, what is put away, key figures and tabs; and back to what is declared."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from django.utils.translation import gettext as _

from guanxi.kernel import layouts
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.layouts import Arrangement, Place, Section
from guanxi.kernel.models import FormLayout
from guanxi.kernel.registry import registry
from guanxi.kernel.write import lists
from guanxi.kernel.write.errors import Forbidden, Invalidated
from guanxi.kernel.write.unit import unit

LONGEST, MOST_SECTIONS, MOST_TILES = 40, 30, 6


def arrange(entity: Entity, place: Place, wish: Arrangement, *, actor: Actor) -> None:
    """Keep an arrangement; everybody has it at the next click. Raises Forbidden or Invalidated."""
    _shaping(actor)
    settled = _settled(entity, wish)
    with unit(actor, lists.DOOR):
        FormLayout.objects.update_or_create(entity=entity.key, form=place[0], role=place[1], defaults={"document": settled.document()})
        layouts.clear()


def give_up(entity: Entity, place: Place, *, actor: Actor) -> None:
    """What was arranged for this place holds no longer. Raises Forbidden."""
    _shaping(actor)
    with unit(actor, lists.DOOR):
        FormLayout.objects.filter(entity=entity.key, form=place[0], role=place[1]).delete()
        layouts.clear()


def tabs(entity: Entity) -> dict[str, str]:
    """Every tab that a record may have, by code, and what it is called."""
    found = {child.fields[key].extra["back"]: _back(child, key) for child, key in registry.children(entity)}
    found |= {key: str(entity.fields[key].label) for key in entity.related if key in entity.fields}
    return {code: label for code, label in found.items() if code}


def _back(child: Entity, key: str) -> str:
    return str(child.fields[key].extra.get("back_label") or child.label_plural)


def _shaping(actor: Actor) -> None:
    if not lists.may_shape(actor):
        raise Forbidden(_("Only those who look after the company's lists may do this."))


def _settled(entity: Entity, wish: Arrangement) -> Arrangement:
    """The wish without what is empty. Raises Invalidated."""
    used = Counter([*(key for section in wish.sections for key in section.keys), *wish.away])
    if any(number > 1 for number in used.values()) or not used.keys() <= entity.fields.keys():
        raise Invalidated({"sections": _("A field has come, gone or been named twice meanwhile. Load the page again and arrange it anew.")})
    asked = [entity.fields[key] for key in wish.away if entity.fields[key].required or key == entity.title]
    if asked:
        names = "、".join(str(field.label) for field in asked)
        raise Invalidated({"away": _("“%(fields)s” must be filled in, so it cannot be put away.") % {"fields": names}})
    if not set(wish.tiles) <= entity.fields.keys() or not set(wish.related) <= tabs(entity).keys():
        raise Invalidated({"tiles": _("Choose key figures and tabs from those offered.")})
    if len(wish.tiles) > MOST_TILES:
        raise Invalidated({"tiles": _("Choose at most %(most)d key figures.") % {"most": MOST_TILES}})
    sections = tuple(_named(section) for section in wish.sections if section.keys)
    if len(sections) > MOST_SECTIONS:
        raise Invalidated({"sections": _("Make at most %(most)d sections.") % {"most": MOST_SECTIONS}})
    return replace(wish, sections=sections)


def _named(section: Section) -> Section:
    zh, en = (" ".join(text.replace("\x00", "").split()) for text in (section.zh, section.en))
    if not zh or len(zh) > LONGEST or len(en) > LONGEST:
        raise Invalidated({"sections": _("Give every section a name of at most %(most)d characters.") % {"most": LONGEST}})
    return Section(zh, en, section.keys)


__all__ = ["arrange", "give_up", "tabs"]
