"""Fields that administrators add to any kind of record: made, called otherwise, put in order, retired and brought back.

Such a field is in forms, lists, filters, boards, imports, exports, history and the API at the next click of everybody. It is never
deleted: a retired one is seen nowhere, and what records bear of it is there again when it comes back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Max
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.kernel import custom, figures, findable, lists, own_index, own_unique, reckoned, ruled
from guanxi.kernel.actor import SYSTEM, Actor
from guanxi.kernel.china.width import fold
from guanxi.kernel.condition import tree
from guanxi.kernel.dictionary import Dictionary
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field, Invalid, Label, Reader
from guanxi.kernel.formula.tree import FormulaError
from guanxi.kernel.models import CustomField
from guanxi.kernel.ordering import shifted
from guanxi.kernel.registry import registry
from guanxi.kernel.write import figured, reckoning, rolling, searching
from guanxi.kernel.write import lists as values
from guanxi.kernel.write.errors import Forbidden, Invalidated
from guanxi.kernel.write.unit import unit

DOOR = values.DOOR
LONGEST, LONGEST_HELP = 60, 200
#: Fields that one kind of record may have of its own, retired ones among them.
MOST = 200
PREFIX = re.compile("[A-Z][A-Z0-9]{1,7}")


@dataclass(frozen=True)
class Sort:
    """What a field may be, as it is chosen: a kind of `custom.KINDS` with options, and a word of what it is for."""

    kind: str
    label: Label
    options: Mapping[str, Any]
    listed: bool = False
    #: What else has to be said: "to" whose records it names, "prefix" what its numbers begin with.
    asks: str = ""


SORTS = {
    "text": Sort("text", gettext_lazy("Text, one line"), {"max_length": 200}),
    "lines": Sort("text", gettext_lazy("Text, several lines"), {"max_length": 5_000, "lines": 4}),
    "integer": Sort("integer", gettext_lazy("Whole number"), {}),
    "decimal": Sort("decimal", gettext_lazy("Number with decimals"), {"places": 2}),
    "money": Sort("money", gettext_lazy("Amount of money"), {}),
    "percent": Sort("percent", gettext_lazy("Percent"), {"places": 2}),
    "rating": Sort("rating", gettext_lazy("One to five stars"), {}),
    "duration": Sort("duration", gettext_lazy("Hours and minutes"), {}),
    "boolean": Sort("boolean", gettext_lazy("Yes or no"), {}),
    "date": Sort("date", gettext_lazy("Date"), {}),
    "datetime": Sort("datetime", gettext_lazy("Date and time"), {}),
    "choice": Sort("choice", gettext_lazy("One of a list"), {}, listed=True),
    "tags": Sort("tags", gettext_lazy("Several of a list"), {}, listed=True),
    "phone": Sort("phone", gettext_lazy("Phone"), {}),
    "email": Sort("email", gettext_lazy("E-mail"), {}),
    "url": Sort("url", gettext_lazy("Web address"), {}),
    "region": Sort("region", gettext_lazy("Province, city, district"), {}),
    "geo": Sort("geo", gettext_lazy("Place by latitude and longitude"), {}),
    "image": Sort("image", gettext_lazy("Image"), {}),
    "person": Sort("person", gettext_lazy("Colleague"), {}),
    "department": Sort("department", gettext_lazy("Department"), {}),
    "lookup": Sort("lookup", gettext_lazy("Another record"), {}, asks="to"),
    "number": Sort("number", gettext_lazy("Number that the system gives"), {}, asks="prefix"),
    "formula": Sort("formula", gettext_lazy("Formula over other fields"), {}, asks="formula"),
    "rollup": Sort("rollup", gettext_lazy("Figure of other records"), {}, asks="figure"),
    "secret": Sort("secret", gettext_lazy("Encrypted text"), {"max_length": 200}),
}


@dataclass(frozen=True)
class Wish:
    """What somebody wants a field to be; `offers` are a list's code, or, if empty, `lines` are the values of a new list.

    `to` is the key of the entity whose records it names, `prefix` what its numbers begin with.
    """

    zh: str
    en: str = ""
    help: str = ""
    required: bool = False
    sort: str = ""
    offers: str = ""
    lines: str = ""
    to: str = ""
    prefix: str = ""
    unique: bool = False
    #: Found by the words of the search.
    searched: bool = False
    first: str = ""
    #: Conditions as JSON text; None leaves them as they are.
    shown_when: str | None = None
    asked_when: str | None = None
    #: With names of fields in brackets; None leaves it as it is.
    formula: str | None = None
    #: Of a figure: `child/lookup`, how it is counted, `child/field`; its condition as JSON text, None leaves it as it is.
    rolls: str = ""
    how: str = ""
    of: str = ""
    where: str | None = None
    #: Of a lookup: whether what names a record shows in a tab of that record; None leaves it as it is.
    back: bool | None = None


def shapeable(entity: Entity) -> bool:
    """Whether records of this entity may have fields of the company's own: those that people make."""
    return bool(entity.slug) and not entity.fields[entity.title].computed


def add(entity: Entity, wish: Wish, *, actor: Actor) -> CustomField:
    """A new field at the end. Raises Forbidden or Invalidated."""
    shaping(actor)
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
            options=_options(entity, sort, wish),
            **words_of(entity, wish),
        )
        if sort.listed:
            row.options = {"dictionary": _offered(row, wish, actor)}
            row.save(update_fields=["options"])
        custom.load()
        _govern(entity, row, wish, actor)
        if row.unique:
            own_index.later(row, actor=actor)
        if row.kind == "formula":
            reckoning.later(row, actor=actor)
        if row.kind == "rollup":
            rolling.later(row, actor=actor)
        if row.kind == "lookup" and wish.back:
            quicken(row, quick=True, actor=actor)
    return row


def change(entity: Entity, row: CustomField, wish: Wish, *, actor: Actor) -> None:
    """Other words; whether it must be filled in. Raises Forbidden or Invalidated."""
    shaping(actor)
    with unit(actor, DOOR):
        before, searched = row.unique, row.searched
        CustomField.objects.filter(pk=row.pk).update(**words_of(entity, wish, but=row))
        custom.load()
        _govern(entity, row, wish, actor)
        if row.kind == "formula" and wish.formula is not None:
            options = formula_of(entity, wish.formula, row)
            if options != row.options:
                CustomField.objects.filter(pk=row.pk).update(options=options)
                custom.load()
                reckoning.later(row, actor=actor)
        if row.kind == "rollup" and wish.where is not None:
            figured.narrow(row, wish.where, actor)
        if row.kind == "lookup" and wish.back is not None and wish.back != bool(row.options.get("back")):
            CustomField.objects.filter(pk=row.pk).update(options={**row.options, "back": wish.back})
            custom.load()
            quicken(row, quick=row.quick or wish.back, actor=actor)
        elif row.unique != before:
            own_index.later(row, actor=actor)
        if row.searched != searched:
            searching.later([entity], actor=actor)


def retire(row: CustomField, *, active: bool, actor: Actor) -> None:
    """Show it nowhere any more, or again. Raises Forbidden, or Invalidated while a formula reads it."""
    shaping(actor)
    if not active and row.active:
        unread(row)
    with unit(actor, DOOR):
        CustomField.objects.filter(pk=row.pk).update(active=active)
        custom.load()
        if row.quick:
            own_index.later(row, actor=actor)
        if row.searched:
            searching.later([registry.get(row.entity)], actor=actor)


def unread(row: CustomField) -> None:
    """Raises Invalidated while a formula reads the field: without it what the formula gave would stand and be wrong."""
    readers = [each for each in reckoned.dependents(registry.get(row.entity), f"f{row.pk}") if each.key != f"f{row.pk}"]
    if counted := figures.readers(row):
        names = "、".join(each.label for each in counted)
        raise Invalidated({"": _("“%(names)s” is counted from this field. Change or retire that first.") % {"names": names}})
    if readers:
        names = "、".join(str(registry.get(row.entity).fields[reader.key].label) for reader in readers)
        raise Invalidated({"": _("The formula of “%(names)s” reads this field. Change or retire that first.") % {"names": names}})


def quicken(row: CustomField, *, quick: bool, actor: Actor) -> None:
    """Have an index built for its filters and sorts, or dropped. Raises Forbidden or Invalidated."""
    shaping(actor)
    if quick and not own_index.possible(custom.field_of(row)):
        raise Invalidated({"quick": _("No index helps such a field.")})
    if not quick and (counted := figures.along(row)):
        names = "、".join(each.label for each in counted)
        raise Invalidated({"quick": _("“%(names)s” is counted along this field and needs its index.") % {"names": names}})
    with unit(actor, DOOR):
        CustomField.objects.filter(pk=row.pk).update(quick=quick)
        custom.load()
        own_index.later(row, actor=actor)


def _govern(entity: Entity, row: CustomField, wish: Wish, actor: Actor) -> None:
    """The rules of a field: what it begins with, when it is asked for, that no two are alike, that it is searched. Raises Invalidated."""
    field = custom.field_of(row)
    row.first, row.unique, row.searched = _first(field, wish.first), wish.unique, wish.searched
    for name in ("shown_when", "asked_when"):
        given = getattr(wish, name)
        if given is not None:
            setattr(row, name, _rule(entity, field, name, given))
    if row.unique and not own_unique.possible(field):
        raise Invalidated({"unique": _("Such a field cannot be kept without doubles.")})
    if row.unique and not field.unique and (said := own_index.doubles_told(entity, row, actor)):
        raise Invalidated({"unique": said})
    if field.kind.name == "image" and row.first:
        raise Invalidated({"first": _("Each record has a picture of its own, so none begins with one.")})
    if row.searched and not findable.possible(entity, field):
        raise Invalidated({"searched": _("The search cannot go by such a field.")})
    row.save(update_fields=["first", "unique", "searched", "shown_when", "asked_when"])
    custom.load()


def _first(field: Field, typed: str) -> str:
    """What a new record begins with, if the field takes it."""
    text = " ".join(typed.replace("\x00", "").split())
    text = {"今天": ruled.TODAY, "我": "me", "本人": "me"}.get(text, text)
    words = {"date": ruled.TODAY, "datetime": ruled.TODAY, "person": "me"}
    if text and not field.computed and text != words.get(field.kind.name):
        try:
            field.kind.parse(text, Reader(SYSTEM))
        except Invalid as error:
            raise Invalidated({"first": _("New records begin with: %(why)s") % {"why": error}}) from None
    return "" if field.computed else text


def _rule(entity: Entity, field: Field, name: str, typed: str) -> list[Any]:
    """A condition that a form can follow, about other fields of the same record."""
    try:
        document = tree.read("[]" if typed.strip() in ("", "null") else typed)
        node = ruled.parse(entity, document) if document else None
    except tree.ConditionError as error:
        raise Invalidated({name: str(error)}) from None
    if node is not None and field.key in ruled.keys(node):
        raise Invalidated({name: _("A rule of a field goes by other fields.")})
    return document


def shift(row: CustomField, *, up: bool, actor: Actor) -> None:
    """One place up or down among the fields of its entity; at the end nothing happens. Raises Forbidden."""
    shaping(actor)
    with unit(actor, DOOR):
        known = {each.pk: each for each in CustomField.objects.select_for_update().filter(entity=row.entity).order_by("position", "id")}
        for place, pk in enumerate(shifted(list(known), row.pk, up=up)):
            if known[pk].position != place:
                CustomField.objects.filter(pk=pk).update(position=place)
        custom.load()


def shaping(actor: Actor) -> None:
    """Raises Forbidden for who may not shape the company."""
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


def _options(entity: Entity, sort: Sort, wish: Wish) -> dict[str, Any]:
    """What the kind has to know. Raises Invalidated."""
    if sort.asks == "to":
        if wish.to not in referable():
            raise Invalidated({"to": _("Choose whose records the field names.")})
        return {**sort.options, "to": wish.to, "back": bool(wish.back)}
    if sort.asks == "prefix":
        return {
            **sort.options,
            "prefix": prefix_of(wish.prefix, CustomField.objects.filter(kind="number").values_list("options__prefix", flat=True)),
        }
    if sort.asks == "figure":
        return figured.of(entity, wish.rolls, wish.how, wish.of, wish.where or "")
    if sort.asks == "formula":
        return formula_of(entity, wish.formula or "", None)
    return dict(sort.options)


def prefix_of(typed: str, others: Iterable[str]) -> str:
    """What the numbers of a field begin with, where no other numbers do. Raises Invalidated."""
    prefix = fold(typed).strip().upper()
    if not PREFIX.fullmatch(prefix):
        raise Invalidated({"prefix": _("Give two to eight letters or digits with which the numbers begin.")})
    declared = (getattr(f.kind, "prefix", "") for e in registry for f in e.fields.values() if f.column.path)
    if prefix in {*others, *declared}:
        raise Invalidated({"prefix": _("Other numbers begin with this already.")})
    return prefix


def formula_of(entity: Entity, typed: str, row: CustomField | None) -> dict[str, Any]:
    """A formula with the type of what it gives, which never changes. Raises Invalidated."""
    try:
        source = reckoned.in_keys(entity, " ".join(typed.replace("\x00", "").split()))
        node = reckoned.compiled(entity, source)
    except FormulaError as error:
        raise Invalidated({"formula": reckoned.told(error)}) from None
    if row is not None and reckoned.circle(entity, f"f{row.pk}", node):
        raise Invalidated({"formula": _("The formula would read itself.")})
    if row is not None and node.type != row.options.get("type", node.type):
        raise Invalidated({"formula": _("The formula gives another sort of value now. Add another field for it.")})
    return {"source": source, "type": node.type, "places": 2}


def referable() -> dict[str, Entity]:
    """The kinds of record that a field may name, by key."""
    return {entity.key: entity for entity in registry.in_menu() if shapeable(entity)}


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


__all__ = [
    "SORTS",
    "Wish",
    "add",
    "change",
    "formula_of",
    "prefix_of",
    "quicken",
    "referable",
    "retire",
    "shapeable",
    "shaping",
    "shift",
    "unread",
    "words_of",
]
