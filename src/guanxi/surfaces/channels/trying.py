"""A message to see whether a channel works: to the administrator who asks, at once, and what the service answered."""

from __future__ import annotations

import logging
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from guanxi.kernel import sealed, tally
from guanxi.kernel.actor import Actor
from guanxi.kernel.china import phone
from guanxi.org.duty import administering
from guanxi.surfaces.channels import keeping
from guanxi.surfaces.channels.answers import discreet, worded
from guanxi.surfaces.channels.models import ApprovedText, Channel
from guanxi.surfaces.channels.providers import PROVIDERS, Busy, Declined, Parcel, Unsure, within

#: Tests of one channel in an hour.
MOST, WINDOW = 10, 3600
#: Seconds that a test may take, and characters of the answer that are shown.
HELD, SHOWN = 30.0, 200
log = logging.getLogger(__name__)


def attempt(channel: Channel, to: str, *, actor: Actor) -> tuple[bool, str]:
    """Whether the service has taken it, and what came of it in words. Raises Forbidden."""
    administering(actor)
    provider = PROVIDERS[channel.provider]
    try:
        address = _mail(to) if provider.medium == "mail" else phone.parse(to.replace("\x00", ""))
    except (ValueError, ValidationError):
        return False, _("This is no address to which it could be sent.")
    wording = ApprovedText.objects.filter(channel=channel).order_by("pk").first() if provider.approved else None
    if provider.approved and wording is None:
        return False, _("Name the wording of a text that the operators have approved first: a test needs one.")
    if tally.add("channel test", channel.pk, seconds=WINDOW) > MOST:
        return False, _("There have been many tests within the hour. Try again later.")
    words = _("This is a test of the channel “%(name)s”.") % {"name": channel.name}
    names = wording.names if wording else ()
    parcel = Parcel(str(uuid4()), address, words, words, actor.name, "", wording.code if wording else "", ["0"] * len(names), names)
    hidden: list[str] = []
    try:
        says = keeping.settings_of(channel)
        hidden = keeping.hidden(channel, says)
        within(HELD, lambda: provider.send(says, parcel))
    except (Busy, Declined, Unsure, sealed.Unreadable) as problem:
        why = str(problem)
    except Exception as problem:  # an answer that nobody expected: the log has the story
        log.exception("test of channel %s", channel.pk)
        why = type(problem).__name__
    else:
        return True, _("The service has taken it. See whether it arrives.")
    return False, _("It was not taken: %(why)s") % {"why": worded(discreet(why, hidden=hidden))[:SHOWN]}


def _mail(to: str) -> str:
    validate_email(to.strip())
    return to.strip()


__all__ = ["attempt"]
