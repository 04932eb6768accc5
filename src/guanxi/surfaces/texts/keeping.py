"""Making, changing, retiring and bringing back texts. Tags are kept with the keys of their fields, so that these may be renamed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.merge_tags import naming
from guanxi.kernel.merge_tags.syntax import MergeError
from guanxi.kernel.write import Forbidden, Invalidated
from guanxi.kernel.write.lists import DOOR, may_shape
from guanxi.kernel.write.unit import unit
from guanxi.org.models import Role
from guanxi.surfaces.prints.keeping import LANGUAGES
from guanxi.surfaces.texts import shelf
from guanxi.surfaces.texts.models import TextTemplate
from guanxi.surfaces.texts.sorts import SORTS

#: Characters of a name, a subject and a body; texts of one kind of record.
NAME, SUBJECT, BODY, MOST = 60, 300, 8_000, 200


@dataclass(frozen=True)
class Wish:
    """A text as somebody typed it."""

    zh: str
    body: str
    sort: str = "mail"
    en: str = ""
    language: str = ""
    subject: str = ""
    roles: Sequence[str] = ()


def create(entity: Entity, wish: Wish, *, actor: Actor) -> TextTemplate:
    """One more. Raises Forbidden or Invalidated."""
    _shaping(actor)
    if TextTemplate.objects.filter(entity=entity.key).count() >= MOST:
        raise Invalidated({"zh": _("There are too many texts of this kind.")})
    return _kept(TextTemplate(entity=entity.key), entity, wish, actor)


def change(row: TextTemplate, entity: Entity, wish: Wish, *, actor: Actor) -> TextTemplate:
    """Another wording, or other people to whom it is offered. Raises Forbidden or Invalidated."""
    _shaping(actor)
    return _kept(row, entity, wish, actor)


def switch(row: TextTemplate, active: bool, *, actor: Actor) -> None:
    """Retire it, or bring it back. Raises Forbidden."""
    _shaping(actor)
    with unit(actor, DOOR):
        TextTemplate.objects.filter(pk=row.pk).update(active=active)
    shelf.clear()


def checked(entity: Entity, wish: Wish) -> tuple[str, str]:
    """(subject, body) with keys in their tags. Raises Invalidated, which names tags that there are not."""
    errors: dict[str, str] = {}
    subject = _keyed(entity, " ".join(wish.subject.split()) if wish.sort == "mail" else "", "subject", SUBJECT, errors)
    body = _keyed(entity, wish.body.replace("\r\n", "\n").strip(), "body", BODY, errors)
    if not body and "body" not in errors:
        errors["body"] = _("Write the text.")
    if errors:
        raise Invalidated(errors)
    return subject, body


def _kept(row: TextTemplate, entity: Entity, wish: Wish, actor: Actor) -> TextTemplate:
    errors: dict[str, str] = {}
    row.zh, row.en = (" ".join(text.replace("\x00", "").split()) for text in (wish.zh, wish.en))
    if not row.zh or len(row.zh) > NAME or len(row.en) > NAME:
        errors["zh"] = _("Give it a name of at most %(most)d characters.") % {"most": NAME}
    if wish.sort not in SORTS:
        errors["sort"] = _("Choose what it is.")
    roles = sorted({*wish.roles})
    if Role.objects.filter(code__in=roles).count() != len(roles):
        errors["roles"] = _("Choose roles from the list.")
    row.sort, row.roles, row.language = wish.sort, roles, wish.language if wish.language in LANGUAGES else ""
    try:
        row.subject, row.body = checked(entity, wish)
    except Invalidated as refusal:
        errors |= refusal.errors
    if errors:
        raise Invalidated(errors)
    with unit(actor, DOOR):
        row.save()
    shelf.clear()
    return row


def _keyed(entity: Entity, text: str, name: str, most: int, errors: dict[str, str]) -> str:
    text = text.replace("\x00", "")
    try:
        keyed = naming.in_keys(entity, text)
        if len(keyed) <= most:
            return keyed
        errors[name] = _("Shorten the text to %(most)d characters.") % {"most": most}
    except MergeError as error:
        errors[name] = str(error)
    return text


def _shaping(actor: Actor) -> None:
    if not may_shape(actor):
        raise Forbidden(_("Only those who look after the company's lists may do this."))


__all__ = ["BODY", "NAME", "SUBJECT", "Wish", "change", "checked", "create", "switch"]
