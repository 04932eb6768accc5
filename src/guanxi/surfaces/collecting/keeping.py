"""What administrators say of a collection form: kept when it makes sense, with a link that nobody can guess."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from guanxi.kernel import clock, jobs
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field, Invalid, Reader
from guanxi.kernel.write import Forbidden, Invalidated, unit
from guanxi.kernel.write.lists import DOOR, may_shape
from guanxi.org.models import User
from guanxi.surfaces.collecting import standing, taking
from guanxi.surfaces.collecting.asking import collectable, lacking, may_ask
from guanxi.surfaces.collecting.models import CollectForm

#: Bytes of chance in a link: 128 bits.
CHANCE = 16
MOST_FORMS, MOST_RECEIVED = 500, 1_000_000
#: Texts that strangers read, with their longest.
TEXTS = {"title": 80, "intro": 2_000, "thanks": 500, "consent": 2_000}
#: Texts of a field of its own, with their longest.
WORDS = {"zh": 60, "en": 60, "help": 200, "help_en": 200}
LANGUAGES = ("", "zh-hans", "en")


@dataclass
class Wish:
    """What somebody said of a form; `asked` in order, `fixed` as it was typed, `until` and `most` as they are."""

    name: str
    person: int | None
    pooled: bool = False
    language: str = ""
    until: date | None = None
    most: int | None = None
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)
    fixed: Mapping[str, Any] = field(default_factory=dict)


def create(entity: Entity, name: str, *, actor: Actor) -> CollectForm:
    """A form that asks what quick create asks, closed until it is opened; the actor answers for it. Raises Forbidden or Invalidated."""
    shaping(actor)
    if entity not in collectable():
        raise Invalidated({"of": _("Such a record needs what no stranger can give.")})
    if CollectForm.objects.count() >= MOST_FORMS:
        raise Invalidated({"name": _("There are too many forms.")})
    open_ = may_ask(entity, actor)
    needed = {field.key for field in lacking(entity, (), actor)}
    asked = [
        {"key": key, "must": key in needed} for key in open_ if key in needed or (key in entity.quick and open_[key].kind.name != "choice")
    ]
    now = clock.now()
    form = CollectForm(
        entity=entity.key, person_id=actor.id or 0, asked=asked, token=_token(), renewed_at=now, created_by=actor.id, created_at=now
    )
    form.name = _named(name)
    form.words = {"title": {"zh": form.name, "en": ""}}
    with unit(actor, DOOR):
        form.save()
    return form


def save(form: CollectForm, wish: Wish, *, actor: Actor) -> None:
    """Change it. Raises Forbidden, or Invalidated by name of the control."""
    shaping(actor)
    entity = _entity(form)
    errors = _objections(entity, wish, actor)
    if errors:
        raise Invalidated(errors)
    _put(form, entity, wish, actor)


def bring(form: CollectForm, wish: Wish, *, actor: Actor) -> None:
    """Keep one as it stood elsewhere, with what its person may not set and so is not asked. Without a person here it is closed.

    Raises Forbidden, or Invalidated by name of the control.
    """
    shaping(actor)
    entity, answered = _entity(form), wish.person
    if not answers(entity, answered):
        wish, answered = replace(wish, person=form.person_id), None
    if errors := _too_long(wish) if answered is None else _objections(entity, _settable(entity, wish, actor), actor):
        raise Invalidated(errors)
    _put(form, entity, wish, actor)
    if answered is None:
        switch(form, False, actor=actor)


def _settable(entity: Entity, wish: Wish, actor: Actor) -> Wish:
    """What is said without the fields that there are and that somebody of the two may not set."""
    open_ = may_ask(entity, actor, jobs.resolved(wish.person or 0))
    shut = entity.fields.keys() - open_.keys()
    return replace(
        wish,
        asked=[each for each in wish.asked if each["key"] not in shut],
        fixed={key: raw for key, raw in wish.fixed.items() if key not in shut},
    )


def _entity(form: CollectForm) -> Entity:
    entity = standing.entity_of(form)
    if entity is None:
        raise Invalidated({"": str(standing.WORDS[standing.GONE][0])})
    return entity


def _put(form: CollectForm, entity: Entity, wish: Wish, actor: Actor) -> None:
    form.name, form.person_id, form.pooled = _named(wish.name), wish.person or 0, wish.pooled and entity.pooled
    form.language, form.until, form.most = wish.language if wish.language in LANGUAGES else "", wish.until, wish.most
    form.words, form.asked, form.fixed = dict(wish.words), wish.asked, dict(wish.fixed)
    with unit(actor, DOOR):  # what has come in meanwhile is counted elsewhere
        form.save(update_fields=["name", "person_id", "pooled", "language", "until", "most", "words", "asked", "fixed"])


def renew(form: CollectForm, *, actor: Actor) -> None:
    """Another link; the former one leads nowhere from now on. Raises Forbidden."""
    shaping(actor)
    with unit(actor, DOOR):
        form.token, form.renewed_at = _token(), clock.now()
        form.save(update_fields=["token", "renewed_at"])


def switch(form: CollectForm, active: bool, *, actor: Actor) -> None:
    """Open it, or close it. Raises Forbidden, or Invalidated where it could not take anything."""
    shaping(actor)
    form.active = active
    stands = standing.of(form)
    if active and not stands.told:
        raise Invalidated({"person": str(standing.WORDS[stands.state][0])})
    if active and stands.entity is not None:
        given = {*form.fixed, *(each["key"] for each in form.asked)} & may_ask(stands.entity, stands.person).keys()
        if missing := lacking(stands.entity, given, stands.person):
            raise Invalidated({"asked": _missing(missing)})
        if spoilt := taking.unfit(form, stands):
            raise Invalidated({f"fixed-{each.key}": unfitting([each]) for each in spoilt})
    with unit(actor, DOOR):
        form.save(update_fields=["active"])


def _objections(entity: Entity, wish: Wish, actor: Actor) -> dict[str, str]:
    errors: dict[str, str] = {}
    rights = jobs.resolved(wish.person or 0) if answers(entity, wish.person) else None
    if rights is None:
        errors["person"] = _("Choose somebody who may enter such records.")
        return errors
    if wish.pooled and rights.reviewed.get((entity.key, "create")):
        errors["person"] = _("What comes into the pool cannot wait for review. Choose somebody whose entries take effect at once.")
    open_ = may_ask(entity, actor, rights)
    keys = [each["key"] for each in wish.asked]
    if shut := [key for key in (*keys, *wish.fixed) if key not in open_]:
        names = "、".join(str(entity.fields[key].label) if key in entity.fields else key for key in shut)
        errors["asked"] = _("These cannot be asked with the rights of this person and yours: %(names)s") % {"names": names}
    elif not keys:
        errors["asked"] = _("Choose at least one field.")
    elif missing := lacking(entity, {*keys, *wish.fixed}, rights):
        errors["asked"] = _missing(missing)
    for key, raw in wish.fixed.items():
        try:
            if key in open_:
                open_[key].kind.parse(raw, Reader(rights))
        except Invalid as refusal:
            errors[f"fixed-{key}"] = str(refusal)
    return errors | _too_long(wish)


def answers(entity: Entity, person: int | None) -> bool:
    """Whether somebody can answer for a form: who works here and may enter such records."""
    return User.objects.filter(pk=person or 0, is_active=True).exists() and jobs.resolved(person or 0).may(entity.key, "create")


def _too_long(wish: Wish) -> dict[str, str]:
    errors: dict[str, str] = {}
    if not wish.name.strip() or len(wish.name) > 60:
        errors["name"] = _("Give it a name of at most 60 characters.")
    if not any(wish.words.get("title", {}).values()):
        errors["title-zh"] = _("Give it a title that people read.")
    said = [(f"{name}-{code}", text, TEXTS[name]) for name, both in wish.words.items() for code, text in both.items()]
    said += [("asked", each.get(name, ""), most) for each in wish.asked for name, most in WORDS.items()]
    errors |= {place: _("Shorten this to %(most)d characters.") % {"most": most} for place, text, most in said if len(text) > most}
    if wish.most is not None and not 0 < wish.most <= MOST_RECEIVED:
        errors["most"] = _("Give a number from %(least)s to %(most)s.") % {"least": 1, "most": f"{MOST_RECEIVED:,}"}
    return errors


def unfitting(fields: list[Field]) -> str:
    """What is said of fixed values that are none any more."""
    names = "、".join(str(each.label) for each in fields)
    return _("The value that all of them get is none any more, so what comes in waits. Choose another one: %(names)s") % {"names": names}


def _missing(fields: list[Any]) -> str:
    names = "、".join(str(each.label) for each in fields)
    return _("No such record is made without: %(names)s. Ask for it, or give it a value.") % {"names": names}


def _named(name: str) -> str:
    name = " ".join(name.replace("\x00", "").split())
    if not name or len(name) > 60:
        raise Invalidated({"name": _("Give it a name of at most 60 characters.")})
    return name


def _token() -> str:
    return secrets.token_urlsafe(CHANCE)


def shaping(actor: Actor) -> None:
    """Raises Forbidden to whoever does not look after the company's contents."""
    if not may_shape(actor):
        raise Forbidden(_("Only those who look after the company's lists may do this."))


__all__ = ["LANGUAGES", "TEXTS", "WORDS", "Wish", "answers", "bring", "create", "renew", "save", "shaping", "switch", "unfitting"]
