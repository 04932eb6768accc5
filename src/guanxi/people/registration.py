"""Asking for an account oneself: a switch, a notice that comes first, and an administrator who agrees or says why not.

Whatever somebody unknown types, the answer is the same: who has an account, and which departments there are, is nobody's
business. What was decided is kept, the details of a person only for a while.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from guanxi.kernel import clock
from guanxi.kernel.actor import SYSTEM, Actor
from guanxi.kernel.fields.base import Invalid, Reader
from guanxi.kernel.fields.contact import EmailKind, PhoneKind
from guanxi.kernel.write import Invalidated, NotFound, unit
from guanxi.org import policies
from guanxi.org.duty import DOOR, administering
from guanxi.org.models import User
from guanxi.people.models import Registration

SWITCH, NOTICE = "registration", "registration_notice"
LONGEST_NOTICE = 4_000
#: More wait for nobody: the page says so to everybody alike.
MOST = 500
#: So many days a decided request still says who asked.
KEPT = timedelta(days=90)
LENGTHS = {"name": 60, "email": 254, "phone": 40, "department": 80, "note": 500}


def is_open() -> bool:
    """Whether administrators let people ask; off until they say so."""
    return policies.value(SWITCH) is True


def notice() -> str:
    """What people read first, in the words of the administrators."""
    return str(policies.value(NOTICE, "") or "")


def put(*, switch: bool, text: str, actor: Actor) -> None:
    """Set both. Raises Forbidden or Invalidated."""
    text = text.replace("\x00", "").replace("\r\n", "\n").strip()
    if len(text) > LONGEST_NOTICE:
        raise Invalidated({"notice": _("Shorten this to %(most)d characters.") % {"most": LONGEST_NOTICE}})
    with unit(actor, DOOR):
        policies.put(SWITCH, switch, actor=actor)
        policies.put(NOTICE, text, actor=actor)


def read(given: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """What somebody typed, cut to size and in its usual form, and what is wrong with it."""
    values = {key: " ".join(given.get(key, "").replace("\x00", "").split())[:most] for key, most in LENGTHS.items()}
    errors = {}
    if not values["name"]:
        errors["name"] = _("Give your name.")
    if not values["email"] and not values["phone"]:
        errors["email"] = _("Give an e-mail address or a phone number, so that we can answer.")
    for key, kind in (("email", EmailKind()), ("phone", PhoneKind())):
        try:
            values[key] = str(kind.parse(values[key], Reader(SYSTEM)) or "") if values[key] else ""
        except Invalid as refusal:
            errors[key] = str(refusal)
    return values, errors


def ask(values: Mapping[str, str], *, address: str, language: str) -> None:
    """Keep a request that `read` found in order. What is repeated word for word is kept once; nobody changes what another has asked."""
    with transaction.atomic():
        waiting = Registration.objects.filter(state="waiting")
        if waiting.filter(**{key: values[key] for key in LENGTHS}).exists() or waiting.count() >= MOST:
            return
        Registration.objects.create(address=address[:45], language=language[:10], asked_at=clock.now(), **{k: values[k] for k in LENGTHS})


def waiting(actor: Actor) -> QuerySet[Registration]:
    """Whoever waits, the oldest first. Raises Forbidden."""
    administering(actor)
    return Registration.objects.filter(state="waiting").order_by("asked_at", "pk")


def decided(actor: Actor) -> QuerySet[Registration]:
    """What has been decided, the newest first. Raises Forbidden."""
    administering(actor)
    return Registration.objects.exclude(state="waiting").order_by("-decided_at", "-pk")


def known(row: Registration) -> QuerySet[User]:
    """Accounts that the same address or number reaches already: for administrators, who else would open a second one."""
    same = Q(pk__in=[])
    for key in ("email", "phone"):
        same |= Q(**{f"{key}__iexact": getattr(row, key)}) if getattr(row, key) else Q(pk__in=[])
    return User.objects.filter(same).order_by("login")


def prefill(number: int, *, actor: Actor) -> dict[str, str]:
    """What the steps of a new account begin with. Raises Forbidden; empty for a request that does not wait."""
    row = waiting(actor).filter(pk=number).first()
    return {"registration": str(row.pk), "name": row.name, "email": row.email, "phone": row.phone} if row else {}


def agreed(number: int, user: User, *, actor: Actor) -> Registration | None:
    """An account was opened for it; in the transaction of that. Raises Forbidden."""
    row = waiting(actor).select_for_update().filter(pk=number).first()
    if row is not None:
        _decide(row, "agreed", actor, account=user)
    return row


def refuse(number: int, reason: str, *, actor: Actor) -> Registration:
    """No account, and why. Raises Forbidden, NotFound or Invalidated."""
    reason = " ".join(reason.replace("\x00", "").split())[:300]
    if not reason:
        raise Invalidated({"reason": _("Say why: it goes to the person who asked.")})
    with unit(actor, DOOR):
        row = waiting(actor).select_for_update().filter(pk=number).first()
        if row is None:
            raise NotFound()
        _decide(row, "refused", actor, reason=reason)
    return row


def _decide(row: Registration, state: str, actor: Actor, **more: Any) -> None:
    row.state, row.decided_by, row.decided_at = state, actor.id, clock.now()
    for key, value in more.items():
        setattr(row, key, value)
    row.save()


def forget_decided() -> int:
    """Whoever was answered long ago is no longer named; how many."""
    rows = Registration.objects.exclude(state="waiting").filter(decided_at__lt=clock.now() - KEPT).exclude(name="")
    return rows.update(name="", email="", phone="", department="", note="", address="")
