"""Kinds of record that administrators design: made, changed, retired and brought back; their fields are those of `write.fields`.

Such a kind is in menu, lists, forms, search, rights, exchange and the API at the next click of everybody. It is never deleted: of a
retired one nobody is granted anything, and its records are there again when it comes back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.kernel import custom
from guanxi.kernel.actor import Actor
from guanxi.kernel.china import pinyin
from guanxi.kernel.china.width import fold
from guanxi.kernel.design import KEY, CustomEntity
from guanxi.kernel.designed import ACCESS
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Label
from guanxi.kernel.models import CustomField
from guanxi.kernel.registry import registry
from guanxi.kernel.write import fields
from guanxi.kernel.write.errors import Invalidated, Refused
from guanxi.kernel.write.lists import DOOR
from guanxi.kernel.write.unit import unit

#: Kinds that a company may have of its own, retired ones among them; letters of a name, of an address, and of what is said about one.
MOST, LONGEST, LONGEST_SLUG, LONGEST_ABOUT = 200, 60, 40, 200
#: What a kind of record may be shown by: signs that the sprite has.
ICONS = (
    "file", "file-text", "notes", "clipboard-list", "clipboard-check", "checklist", "forms", "book", "folder", "inbox", "archive", "database",
    "building", "buildings", "building-store", "building-factory-2", "home", "map-pin", "map-2", "world", "car", "device-mobile", "devices",
    "qrcode", "package", "shopping-cart", "receipt", "report-money", "cash", "coin-yuan", "scale", "gauge", "activity", "bolt", "rocket",
    "trophy", "target-arrow", "flag", "bookmark", "tag", "calendar-event", "calendar-time", "clock", "alarm", "phone-call", "message", "mail",
    "headset", "heart-handshake", "users", "user-check", "id-badge-2", "briefcase", "signature", "shield", "key", "coffee", "photo", "chart-bar",
)  # fmt: skip
_SLUG = re.compile("[a-z][a-z0-9-]*")
_NUMBERS = ("number", "stage")
_NUMBER: Label = gettext_lazy("Number")
_STAGE: Label = gettext_lazy("Stage")
_followers: list[Callable[[Entity], object]] = []


def followed_by(follower: Callable[[Entity], object]) -> None:
    """Called by each floor that has to do something for every entity, here for a new one: giving its first grants."""
    _followers.append(follower)


@dataclass(frozen=True)
class Wish:
    """What somebody wants a kind of record to be.

    `after` is the key of the entity behind which it stands in the menu. A new one may come with a number that begins with `prefix`,
    with `stages`, one a line, and as rows of another entity, whose key `rows_of` is. `number` and `stage` are own fields of one that
    is there.
    """

    zh: str
    en: str = ""
    plural: str = ""
    about: str = ""
    slug: str = ""
    icon: str = "file"
    after: str = ""
    in_menu: bool = True
    title: str = ""
    title_en: str = ""
    access: str = "standard"
    prefix: str = ""
    stages: str = ""
    rows_of: str = ""
    number: int | None = None
    stage: int | None = None


def entity_of(row: CustomEntity) -> Entity:
    """The entity that a row makes."""
    return registry.get(KEY.format(row.pk))


def wish_of(row: CustomEntity, **changes: Any) -> Wish:
    """What a row says now, with some of it otherwise, by the names of its columns."""
    names = ("label", "en", "plural", "about", "icon", "after", "in_menu", "title", "title_en", "number", "stage")
    said = {name: changes.get(name, getattr(row, name)) for name in names}
    given: dict[str, Any] = {name: value if value is not None or name in _NUMBERS else "" for name, value in said.items()}
    return Wish(given.pop("label"), **given)


def create(wish: Wish, *, actor: Actor) -> CustomEntity:
    """A new kind of record with its first fields. Raises Forbidden or Invalidated."""
    fields.shaping(actor)
    if CustomEntity.objects.count() >= MOST:
        raise Invalidated({"zh": _("There are %(n)d kinds of your own already. Bring back a retired one instead.") % {"n": MOST}})
    said = {**_said(wish), "slug": _slug(wish), "access": wish.access, "row_of": wish.rows_of}
    if wish.access not in ACCESS:
        raise Invalidated({"access": _("Choose who sees them at first.")})
    if wish.rows_of and wish.rows_of not in fields.referable():
        raise Invalidated({"rows_of": _("Choose whose rows they are.")})
    with shaped(), unit(actor, DOOR):
        row = CustomEntity.objects.create(**said)
        found(row)
        _begin(row, wish, actor)
    return row


def found(row: CustomEntity) -> Entity:
    """Make the part in which its records lie, and let the roles have what it begins with; inside an open unit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT guanxi_design(%s)", [row.pk])
    custom.load()
    entity = entity_of(row)
    for follower in _followers:
        follower(entity)
    return entity


def _begin(row: CustomEntity, wish: Wish, actor: Actor) -> None:
    """The fields that it comes with."""
    entity = entity_of(row)
    if wish.prefix.strip():
        row.number = fields.add(entity, fields.Wish(*both(_NUMBER), sort="number", prefix=wish.prefix), actor=actor).pk
    if wish.stages.strip():
        first = wish.stages.strip().splitlines()[0].replace("，", ",").partition(",")[0].strip()
        row.stage = fields.add(entity, fields.Wish(*both(_STAGE), sort="choice", lines=wish.stages, first=first), actor=actor).pk
    row.save(update_fields=["number", "stage"])
    custom.load()


def change(row: CustomEntity, wish: Wish, *, actor: Actor) -> None:
    """Other words, another place, another number or stage. Raises Forbidden or Invalidated."""
    fields.shaping(actor)
    said = {**_said(wish, but=row), "number": _one_of(row, wish.number, "number"), "stage": _one_of(row, wish.stage, "stage")}
    with shaped(), unit(actor, DOOR):
        CustomEntity.objects.filter(pk=row.pk).update(**said)
        custom.load()


def retire(row: CustomEntity, *, active: bool, actor: Actor) -> None:
    """Show it nowhere any more, or again. Raises Forbidden."""
    fields.shaping(actor)
    with shaped(), unit(actor, DOOR):
        CustomEntity.objects.filter(pk=row.pk).update(active=active)
        custom.load()


@contextmanager
def shaped() -> Iterator[None]:
    """What is refused in here has not been designed: this process does not know it either."""
    try:
        yield
    except Refused:
        custom.load()
        raise


def both(label: Label) -> tuple[str, str]:
    """A label in Chinese and in English."""
    texts = []
    for language in ("zh-hans", "en"):
        with translation.override(language):
            texts.append(str(label))
    return texts[0], texts[1]


def _said(wish: Wish, but: CustomEntity | None = None) -> dict[str, Any]:
    """The words as they are kept. Raises Invalidated."""
    texts = {name: " ".join(getattr(wish, name).replace("\x00", "").split()) for name in ("zh", "en", "plural", "title", "title_en")}
    if not texts["zh"] or any(len(text) > LONGEST for text in texts.values()):
        raise Invalidated({"zh": _("Give the records a name of at most %(most)d characters.") % {"most": LONGEST}})
    others = (entity for entity in registry if but is None or entity.key != KEY.format(but.pk))
    taken = {fold(text) for entity in others for text in both(entity.label)}
    if {fold(texts["zh"]), fold(texts["en"] or texts["zh"])} & taken:
        raise Invalidated({"zh": _("There are records of this name already; they may be retired.")})
    if wish.icon not in ICONS:
        raise Invalidated({"icon": _("Choose a sign from those offered.")})
    if wish.after and wish.after not in {entity.key for entity in registry.declared()}:
        raise Invalidated({"after": _("Choose a place in the menu.")})
    about = " ".join(wish.about.replace("\x00", "").split())[:LONGEST_ABOUT]
    texts["label"] = texts.pop("zh")
    return {**texts, "about": about, "icon": wish.icon, "after": wish.after, "in_menu": wish.in_menu}


def _slug(wish: Wish) -> str:
    """The address of its list: as wished, else by its name in English or read out. Raises Invalidated."""
    read = wish.slug or wish.plural or wish.en or wish.zh
    plain = "".join(
        c if c.isalnum() and c.isascii() else " " for c in (read if read.isascii() else " ".join(pinyin.syllables(read))).lower()
    )
    slug = "-".join(plain.split())[:LONGEST_SLUG].strip("-")
    if not _SLUG.fullmatch(slug):
        slug = f"records-{slug}".strip("-")
    if wish.slug and (slug != wish.slug.strip() or not _free(slug)):
        raise Invalidated({"slug": _("Give an address of small letters, digits and hyphens that nothing else has.")})
    return slug if _free(slug) else next(each for n in range(2, 1_000) if _free(each := f"{slug}-{n}"))


def _free(slug: str) -> bool:
    """Whether nothing answers under an address, of the program or of another entity."""
    if registry.by_slug(slug) is not None or slug == "new":
        return False
    try:
        return all(resolve(f"{base}/{slug}{end}").kwargs.get("slug") == slug for base, end in (("", "/"), ("/api/v1", "")))
    except Resolver404:
        return False


def _one_of(row: CustomEntity, pk: int | None, word: str) -> int | None:
    """An own field that may number records, or say how far they have come. Raises Invalidated."""
    kinds = {"number": "number", "stage": "choice"}
    if pk and not CustomField.objects.filter(pk=pk, entity=KEY.format(row.pk), kind=kinds[word]).exists():
        raise Invalidated({word: _("Choose one of its own fields.")})
    return pk or None


__all__ = ["ICONS", "Wish", "both", "change", "create", "entity_of", "followed_by", "found", "retire", "shaped", "wish_of"]
