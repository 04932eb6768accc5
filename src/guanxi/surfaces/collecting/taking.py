"""What a stranger sent becomes a record by the one road; whatever cannot become one yet is kept and waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from guanxi.kernel import clock, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.draft import Draft
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field, Invalid, Reader
from guanxi.kernel.models import Notice
from guanxi.kernel.write import Invalidated, Refused, single, unit
from guanxi.surfaces.collecting import standing, telling
from guanxi.surfaces.collecting.asking import LONGEST_TEXT, Line, may_ask
from guanxi.surfaces.collecting.models import CollectForm, Submission
from guanxi.surfaces.collecting.standing import Standing

DOOR = "collect"
#: The verb of the notice to who owns what came in.
CAME = "collected"
#: Why nothing was made.
TAKEN, WRONG, BARRED = "taken", "wrong", "barred"


class Closed(Exception):
    """The form has closed since the page was drawn; `state` says how it stands."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


def read(lines: Sequence[Line], typed: Mapping[str, Any], reader: Reader) -> tuple[dict[str, Any], dict[str, str]]:
    """What was typed as far as it is anything, and what is wrong with it by field key. Nothing is looked up in records."""
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for line in lines:
        raw = typed.get(line.key, "")
        if isinstance(raw, str) and len(raw) > LONGEST_TEXT:
            errors[line.key] = _("Shorten this to %(most)d characters; it has %(now)d.") % {"most": LONGEST_TEXT, "now": len(raw)}
            continue
        try:
            value = line.field.kind.parse(raw, reader)
        except Invalid as refusal:
            errors[line.key] = str(refusal)
            continue
        if line.must and (line.field.kind.is_blank(value) or value is False):
            errors[line.key] = _("Fill in “%(name)s”.") % {"name": line.field.label}
        if not line.field.kind.is_blank(value):
            values |= {key: typed[key] for key in (line.key, f"{line.key}_currency") if key in typed}
    return values, errors


def receive(form: CollectForm, lines: Sequence[Line], values: dict[str, Any], *, once: str, consent: str) -> Submission:
    """Keep what was sent, and make a record of it where that can be. The same sent twice is one.

    Raises Closed, or Invalidated by keys of `lines` for what a stranger can mend.
    """
    with transaction.atomic():
        row = CollectForm.objects.select_for_update(of=("self",)).select_related("person").get(pk=form.pk)
        known = Submission.objects.filter(once=once).first()
        if known is not None:
            return known
        if (stands := standing.of(row)).state != standing.OPEN:
            raise Closed(stands.state)
        _mendable(row, stands, lines, values)
        found = Submission.objects.create(form=row, at=clock.now(), values=values, consent=consent, once=once)
        CollectForm.objects.filter(pk=row.pk).update(received=F("received") + 1, last_at=found.at)
        attempt(found, stands)
        if found.state == "waiting":
            telling.waits(row)
    return found


def _mendable(form: CollectForm, stands: Standing, lines: Sequence[Line], values: Mapping[str, Any]) -> None:
    """Refuse what the rules of the record itself refuse of the fields asked, before anything is compared with other records."""
    entity, actor = stands.entity, stands.writer(form)
    assert entity is not None
    try:
        single.build(entity, whole(form, entity, values, actor), Reader(actor))
    except Invalidated as refusal:
        asked = {line.key for line in lines}
        if errors := {key: words for key, words in refusal.errors.items() if key in asked}:
            raise Invalidated(errors) from None


def whole(form: CollectForm, entity: Entity, values: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    """The values of a record: what was typed, and what the form says of all, as far as its person may set it today."""
    open_ = may_ask(entity, actor)
    fixed = {key: raw for key, raw in form.fixed.items() if key in open_}
    return {**fixed, **{key: raw for key, raw in values.items() if key.removesuffix("_currency") in open_}}


def unfit(form: CollectForm, stands: Standing) -> list[Field]:
    """Fields whose value for all is none any more, such as one of a list that was retired since: whatever comes in waits for them."""
    entity, actor = stands.entity, stands.writer(form)
    if entity is None:
        return []
    try:
        single.build(entity, whole(form, entity, {}, actor), Reader(actor))
    except Invalidated as refusal:
        asked = {each["key"] for each in form.asked}
        return [entity.fields[key] for key in refusal.errors if key in form.fixed and key not in asked]
    return []


def attempt(found: Submission, stands: Standing) -> None:
    """Make the record; where it is refused, what was sent waits and says why. In the caller's transaction."""
    form, entity, actor = found.form, stands.entity, stands.writer(found.form)
    if entity is None or standing.barred(form, stands.person, entity):
        _waits(found, BARRED, {})
        return
    try:
        # A unit of its own, whose savepoint takes back whatever a refusal leaves half done.
        with unit(actor, DOOR, why=f"{form.name} #{found.pk}") as u:
            made = write.create(entity, whole(form, entity, found.values, actor), actor=actor, door=DOOR)
            if not isinstance(made, Draft) and made.owner_id:
                about = {"entity": entity.key, "record": made.id, "data": {"write": str(u.write_id)}}
                Notice.objects.create(person=made.owner_id, at=clock.now(), verb=CAME, actor=None, **about)
    except Invalidated as refusal:
        keys = sorted(key for key in refusal.errors if key in entity.fields)
        _waits(found, TAKEN if refusal.rivals else WRONG, {"keys": keys, "rivals": refusal.rivals[:5]})
    except Refused:
        _waits(found, BARRED, {})
    else:
        draft = made.number if isinstance(made, Draft) else None
        found.state, found.draft, found.record, found.why = ("review" if draft else "made"), draft, (None if draft else made.id), {}
        found.ended_at = clock.now()
        found.save()


def _waits(found: Submission, sort: str, about: dict[str, Any]) -> None:
    found.state, found.why = "waiting", {"sort": sort, **about}
    found.save()


__all__ = ["BARRED", "CAME", "DOOR", "TAKEN", "WRONG", "Closed", "attempt", "read", "receive", "unfit", "whole"]
