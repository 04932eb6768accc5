"""A message to see whether a channel works: to the administrator who asks, at once, and what the service answered."""

from __future__ import annotations

from uuid import uuid4

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from guanxi.kernel import sealed, tally
from guanxi.kernel.actor import Actor
from guanxi.kernel.china import phone
from guanxi.org.duty import administering
from guanxi.surfaces.channels import keeping
from guanxi.surfaces.channels.models import ApprovedText, Channel
from guanxi.surfaces.channels.providers import PROVIDERS, Busy, Declined, Parcel, Unsure

#: Tests of one channel in an hour.
MOST, WINDOW = 10, 3600


def attempt(channel: Channel, to: str, *, actor: Actor) -> str:
    """What came of it, in words. Raises Forbidden."""
    administering(actor)
    provider = PROVIDERS[channel.provider]
    try:
        address = _mail(to) if provider.medium == "mail" else phone.parse(to.replace("\x00", ""))
    except (ValueError, ValidationError):
        return _("This is no address to which it could be sent.")
    wording = ApprovedText.objects.filter(channel=channel).order_by("pk").first() if provider.approved else None
    if provider.approved and wording is None:
        return _("Name the wording of a text that the operators have approved first: a test needs one.")
    if tally.add("channel test", channel.pk, seconds=WINDOW) > MOST:
        return _("There have been many tests within the hour. Try again later.")
    words = _("This is a test of the channel “%(name)s”.") % {"name": channel.name}
    names = wording.names if wording else ()
    parcel = Parcel(str(uuid4()), address, words, words, actor.name, "", wording.code if wording else "", ["0"] * len(names), names)
    try:
        provider.send(keeping.settings_of(channel), parcel)
    except (Busy, Declined, Unsure, sealed.Unreadable) as problem:
        return _("It was not taken: %(why)s") % {"why": str(problem)[:200]}
    return _("The service has taken it. See whether it arrives.")


def _mail(to: str) -> str:
    validate_email(to.strip())
    return to.strip()


__all__ = ["attempt"]
