"""Another e-mail address of one's own: it holds once the link that was sent there is opened."""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from guanxi.kernel import tally
from guanxi.kernel.write import Invalidated, Refused
from guanxi.org import mailboxes, profile
from guanxi.org.models import User
from guanxi.surfaces import letters
from guanxi.surfaces.pages.frame import actor_of, go, page, signed_in

SALT, LIFE = "guanxi.mailbox", 24 * 3600
#: Letters that one person has sent in a window of so many seconds.
LETTERS, WINDOW, LONGEST = 5, 3600, 254


def waits(user: User, address: str, now: str) -> bool:
    """Whether this address has to be proved before it replaces the present one; the letter is then on its way. Raises Invalidated."""
    if not letters.possible() or not address or address.lower() == now.lower():
        return False
    try:
        if len(address) > LONGEST:
            raise ValidationError("too long")
        validate_email(address)
    except ValidationError as problem:
        raise Invalidated({"email": _("This is no e-mail address.")}) from problem
    if tally.add("mailbox", user.pk, seconds=WINDOW) > LETTERS:
        raise Invalidated({"email": _("Too many attempts. Try again in an hour.")})
    letters.later("mailbox", user=user.pk, address=address)
    return True


@letters.writer("mailbox")
def write(user: int, address: str) -> None:
    """To the new address, with the link that proves it."""
    person = User.objects.get(pk=user)
    signed = signing.dumps({"user": user, "address": address, "was": person.email}, salt=SALT)

    def compose() -> tuple[str, list[str], str, str]:
        text = _("This address is to belong to the account %(login)s. Open the link while you are logged in there; it is good for a day.")
        return _("Confirm your e-mail address"), [text % {"login": person.login}], _("Confirm"), f"/settings/email/{signed}/"

    letters.send(person, address, compose)


@letters.writer("mailbox_left")
def write_to_the_old(user: int, was: str, address: str) -> None:
    """To the address that no longer counts, in case it was somebody else."""
    person = User.objects.get(pk=user)

    def compose() -> tuple[str, list[str], str, str]:
        text = _("The address of the account %(login)s is %(address)s from now on. If that was not you, tell an administrator at once.")
        return _("Your e-mail address was changed"), [text % {"login": person.login, "address": address}], "", ""

    letters.send(person, was, compose)


@signed_in
@never_cache
def confirm(request: HttpRequest, signed: str) -> HttpResponse:
    """The button behind the link: mail programs open links by themselves, but press no buttons."""
    user = request.user
    assert isinstance(user, User)
    said = _read(signed)
    good = said is not None and said["user"] == user.pk and said["was"] == user.email
    error = ""
    if good and said is not None and request.method == "POST":
        try:
            profile.keeper().change(user, {"email": said["address"]}, actor=actor_of(request))
        except Refused as refusal:
            error = str(refusal)
        else:
            mailboxes.prove(user, said["address"])
            if said["was"]:
                letters.later("mailbox_left", user=user.pk, was=said["was"], address=said["address"])
            return go(request, "/settings/", _("Your e-mail address is confirmed."))
    context = {"address": said["address"] if good and said else "", "error": error}
    return page(request, "pages/mailbox.html", context, title=_("Confirm your e-mail address"), status=200 if good else 410)


def _read(signed: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = signing.loads(signed, salt=SALT, max_age=LIFE)
    except signing.BadSignature:
        return None
    return found


urls = [path("settings/email/<str:signed>/", confirm)]
