"""Fields that administrators add to any kind of record: made, called otherwise, put in order, retired and brought back.

Such a field is in forms, lists, filters, boards, imports, exports, history and the API at the next click of everybody. It is never
deleted: a retired one is seen nowhere, and what records bear of it is there again when it comes back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Max
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.kernel import custom, lists
from guanxi.kernel.actor import Actor
from guanxi.kernel.china.width import fold
from guanxi.kernel.dictionary import Dictionary
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Label
from guanxi.kernel.models import CustomField
from guanxi.kernel.ordering import shifted
from guanxi.kernel.write import lists as values
from guanxi.kernel.write.errors import Forbidden, Invalidated
from guanxi.kernel.write.unit import unit

DOOR = values.DOOR
LONGEST, LONGEST_HELP = 60, 200
#: Fields that one kind of record may have of its own, retired ones among them.
MOST = 200


@dataclass(frozen=True)
class Sort:
    """What a field may be, as it is chosen: a kind of `custom.KINDS` with options, and a word of what it is for."""

    kind: str
    label: Label
    options: Mapping[str, Any]
    listed: bool = False


SORTS = {
    "text": Sort("text", gettext_lazy("Text, one line"), {"max_length": 200}),
    "lines": Sort("text", gettext_lazy("Text, several lines"), {"max_length": 5_000, "lines": 4}),
    "integer": Sort("integer", gettext_lazy("Whole number"), {}),
    "decimal": Sort("decimal", gettext_lazy("Number with decimals"), {"places": 2}),
    "boolean": Sort("boolean", gettext_lazy("Yes or no"), {}),
    "date": Sort("date", gettext_lazy("Date"), {}),
    "datetime": Sort("datetime", gettext_lazy("Date and time"), {}),
    "choice": Sort("choice", gettext_lazy("One of a list"), {}, listed=True),
    "tags": Sort("tags", gettext_lazy("Several of a list"), {}, listed=True),
    "phone": Sort("phone", gettext_lazy("Phone"), {}),
    "email": Sort("email", gettext_lazy("E-mail"), {}),
    "url": Sort("url", gettext_lazy("Web address"), {}),
    "region": Sort("region", gettext_lazy("Province, city, district"), {}),
}


@dataclass(frozen=True)
class Wish:
    """What somebody wants a field to be; `offers` are a list's code, or, if empty, `lines` are the values of a new list."""

    zh: str
    en: str = ""
    help: str = ""
    required: bool = False
    sort: str = ""
    offers: str = ""
    lines: str = ""


def shapeable(entity: Entity) -> bool:
    """Whether records of this entity may have fields of the company's own: those that people make."""
    return bool(entity.slug) and not entity.fields[entity.title].computed


def add(entity: Entity, wish: Wish, *, actor: Actor) -> CustomField:
    """A new field at the end. Raises Forbidden or Invalidated."""
    _shaping(actor)
    sort = SORTS.get(wish.sort)
    if sort is None or not shapeable(entity):
        raise Invalidated({"sort": _("Choose what the field holds.")})
    with unit(actor, DOOR):
        rows = CustomField.objects.select_for_update().filter(entity=entity.key)
        if rows.count() >= MOST:
            raise Invalidated({"zh": _("There are %(n)d fields of your own already. Bring back a retired one instead.") % {"n": MOST}})
        last = CustomField.objects.filter(entity=entity.key).aggregate(last=Max("position"))["last"]
        row = CustomField.objects.create(
            entity=entity.key,
            kind=sort.kind,
            position=0 if last is None else last + 1,
            options=dict(sort.options),
            **words_of(entity, wish),
        )
        if sort.listed:
            row.options = {"dictionary": _offered(row, wish, actor)}
            row.save(update_fields=["options"])
        custom.load()
    return row


def change(entity: Entity, row: CustomField, wish: Wish, *, actor: Actor) -> None:
    """Other words; whether it must be filled in. Raises Forbidden or Invalidated."""
    _shaping(actor)
    with unit(actor, DOOR):
        CustomField.objects.filter(pk=row.pk).update(**words_of(entity, wish, but=row))
        custom.load()


def retire(row: CustomField, *, active: bool, actor: Actor) -> None:
    """Show it nowhere any more, or again. Raises Forbidden."""
    _shaping(actor)
    with unit(actor, DOOR):
        CustomField.objects.filter(pk=row.pk).update(active=active)
        custom.load()


def shift(row: CustomField, *, up: bool, actor: Actor) -> None:
    """One place up or down among the fields of its entity; at the end nothing happens. Raises Forbidden."""
    _shaping(actor)
    with unit(actor, DOOR):
        known = {each.pk: each for each in CustomField.objects.select_for_update().filter(entity=row.entity).order_by("position", "id")}
        for place, pk in enumerate(shifted(list(known), row.pk, up=up)):
            if known[pk].position != place:
                CustomField.objects.filter(pk=pk).update(position=place)
        custom.load()


def _shaping(actor: Actor) -> None:
    if not values.may_shape(actor):
        raise Forbidden(_("Only those who look after the company's lists may do this."))


def words_of(entity: Entity, wish: Wish, but: CustomField | None = None) -> dict[str, Any]:
    """The words of a field as they are kept. Raises Invalidated."""
    zh, en, about = (" ".join(text.replace("\x00", "").split()) for text in (wish.zh, wish.en, wish.help))
    if not zh or len(zh) > LONGEST or len(en) > LONGEST:
        raise Invalidated({"zh": _("Give the field a name of at most %(most)d characters.") % {"most": LONGEST}})
    taken = {fold(each) for each in _names(entity, but)}
    if {fold(zh), fold(en or zh)} & taken:
        raise Invalidated({"zh": _("There is a field of this name already; it may be retired.")})
    return {"label": zh, "en": en, "help": about[:LONGEST_HELP], "required": wish.required}


def _names(entity: Entity, but: CustomField | None) -> Sequence[str]:
    """What the fields of an entity are called in any language, the retired ones too."""
    own: list[str] = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            own += [str(field.label) for key, field in entity.fields.items() if but is None or key != f"f{but.pk}"]
    others = CustomField.objects.filter(entity=entity.key).exclude(pk=but.pk if but else 0)
    return [*own, *(name for pair in others.values_list("label", "en") for name in pair if name)]


def _offered(row: CustomField, wish: Wish, actor: Actor) -> str:
    """The code of the list that the field offers: a known one, or a new one with the given values."""
    if wish.offers:
        found = lists.get(wish.offers)
        if found is None or found.dictionary.fixed:
            raise Invalidated({"offers": _("Choose a list.")})
        return wish.offers
    code = f"field_{row.pk}"
    came, _stood = values.add_lines(lists.ListOf(Dictionary(code), ()), wish.lines, actor=actor)
    if not came:
        raise Invalidated({"lines": _("Write one value a line.")})
    return code


__all__ = ["SORTS", "Wish", "add", "change", "retire", "shapeable", "shift", "words_of"]
