"""Asking to see a record that is closed to one: by the name one knows, with a reason; whoever may hand it over decides.

That a record of this name exists is disclosed as the duplicate check discloses it: limited, logged, the name veiled.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from guanxi.kernel import clock, directory, disclosure, duplicates
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.models import Petition
from guanxi.kernel.registry import registry
from guanxi.kernel.write import Forbidden, Grantee, Invalidated, NotFound, share, unit

#: What may be asked for, and the part that answers it.
GRANTED = ("viewer", "basic")
ASKED = {"basic": "basic", "business": "viewer", "all": "viewer"}
LONGEST = 1_000
MOST = 200


def askable() -> list[Entity]:
    """Entities whose records are known by a name that only one of them bears."""
    return [e for e in registry if any(u.field == e.title for u in e.unique)]


def ask(entity: Entity, name: str, asked: str, reason: str, *, actor: Actor) -> Petition:
    """Ask for the record of this name. Raises Forbidden or Invalidated."""
    if entity not in askable() or not actor.may(entity.key, "view"):
        raise Forbidden()
    reason = reason.replace("\x00", "").strip()[:LONGEST]
    errors = {}
    if asked not in ASKED:
        errors["asked"] = _("Choose what you need to see.")
    if not reason:
        errors["reason"] = _("Say why you need it: the colleague who decides reads this.")
    if errors:
        raise Invalidated(errors)
    record = _named(entity, name.replace("\x00", "").strip()[:200], actor)
    try:
        with transaction.atomic():
            return Petition.objects.create(
                entity=entity.key, record=record, asked_by=actor.id or 0, asked_at=clock.now(), asked=asked, reason=reason
            )
    except IntegrityError:
        raise Invalidated({"name": _("You have asked for this already; it has not been decided yet.")}) from None


def _named(entity: Entity, name: str, actor: Actor) -> int:
    if not name:
        raise Invalidated({"name": _("Give the name as exactly as you know it.")})
    if not duplicates.may_ask(actor):
        raise Invalidated({"name": _("You have asked very often. Wait a minute and try again.")})
    found = sorted(duplicates.by_name(entity, name, actor).items(), key=lambda pair: -pair[1])
    disclosure.log(entity.key, [record for record, _score in found], actor, verb="petition")
    living = set(entity.objects.filter(id__in=[i for i, _s in found], deleted_at=None).values_list("id", flat=True))
    found = [(record, score) for record, score in found if record in living]
    if not found:
        raise Invalidated({"name": _("Nothing is called so. Check the name, or create it.")})
    record = found[0][0]
    if entity.rows(actor).filter(id=record).exists():
        raise Invalidated({"name": _("You can see this one already. Look for it in the search.")})
    return record


def inbox(actor: Actor) -> list[Petition]:
    """Open petitions that this person may decide, the oldest first."""
    return list(_decidable(actor).order_by("asked_at")[:MOST])


def waiting(actor: Actor) -> int:
    """How many wait for this person."""
    return _decidable(actor).count()


def _decidable(actor: Actor) -> QuerySet[Petition]:
    reached = Q(pk__in=[])
    for entity in askable():
        if actor.may(entity.key, "transfer"):
            reached |= Q(entity=entity.key, record__in=entity.rows(actor, "transfer").values("id"))
    if actor.within is not None:
        reached &= Q(asked_by__in=list(directory.colleagues(actor)))
    return Petition.objects.filter(reached, state="open").exclude(asked_by=actor.id or 0)


def mine(actor: Actor) -> list[Petition]:
    """What this person has asked for, the newest first."""
    return list(Petition.objects.filter(asked_by=actor.id or 0).order_by("-asked_at")[:MOST])


def decided(actor: Actor) -> list[Petition]:
    """What this person has decided, the newest first."""
    return list(Petition.objects.filter(decided_by=actor.id or 0, state__in=("granted", "refused")).order_by("-decided_at")[:MOST])


def decide(number: int, *, part: str, until: datetime | None, answer: str, actor: Actor) -> Petition:
    """Grant a part of what was asked, or with an empty `part` refuse. Raises NotFound or Invalidated."""
    answer = answer.replace("\x00", "")
    if part not in ("", *GRANTED):
        raise Invalidated({"part": _("Choose what they may do.")})
    with unit(actor, "petition", verb="share"):
        petition = _decidable(actor).select_for_update(of=("self",)).filter(pk=number).first()
        if petition is None:
            raise NotFound()
        if not part and not answer.strip():
            raise Invalidated({"answer": _("Say why you refuse, so that your colleague knows what to do.")})
        if part:
            entity = registry.get(petition.entity)
            share(entity, [petition.record], [Grantee("person", petition.asked_by)], part, until, actor=actor, door="petition")
        _close(petition, "granted" if part else "refused", actor, part=part, until=until if part else None, answer=answer.strip()[:LONGEST])
    return petition


def withdraw(number: int, *, actor: Actor) -> None:
    """Take back what one has asked. Raises NotFound."""
    with unit(actor, "petition"):
        petition = Petition.objects.select_for_update().filter(pk=number, state="open", asked_by=actor.id or 0).first()
        if petition is None:
            raise NotFound()
        _close(petition, "withdrawn", actor)


def _close(petition: Petition, state: str, actor: Actor, **more: Any) -> None:
    petition.state, petition.decided_by, petition.decided_at = state, actor.id, clock.now()
    for key, value in more.items():
        setattr(petition, key, value)
    petition.save()
