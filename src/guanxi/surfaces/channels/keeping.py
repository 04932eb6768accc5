"""What administrators say of a channel: kept when it makes sense, its secrets sealed and never shown again."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from guanxi.kernel import clock, sealed
from guanxi.kernel.actor import Actor
from guanxi.kernel.merge_tags import naming
from guanxi.kernel.registry import registry
from guanxi.kernel.write import Invalidated, unit
from guanxi.org.duty import DOOR, administering
from guanxi.org.models import Role
from guanxi.surfaces.channels import shelf
from guanxi.surfaces.channels.models import ApprovedText, Channel
from guanxi.surfaces.channels.providers import MEDIA, PROVIDERS, Setting, gateway
from guanxi.surfaces.texts import filling
from guanxi.surfaces.texts.models import TextTemplate

ABOUT = "channel"
#: Characters of a setting, and of one that is a whole request.
SHORT, LONG = 300, 4_000
NAME, MOST_A_DAY = 60, 100_000
#: Where a channel leads: whoever changes it says the secret once more, or it would go to a stranger.
WAYS = ("address", "host", "port", "encrypted")


@dataclass(frozen=True)
class Wish:
    """A channel as somebody typed it; `approved` are (text, code, names of variables)."""

    name: str
    said: Mapping[str, str]
    roles: Sequence[str] = ()
    daily: str = "200"
    active: bool = True
    approved: Sequence[tuple[int, str, str]] = field(default_factory=tuple)


def keep(channel: Channel, wish: Wish, *, actor: Actor) -> Channel:
    """Store it. Raises Forbidden or Invalidated."""
    administering(actor)
    errors: dict[str, str] = {}
    channel.name, channel.active = " ".join(wish.name.replace("\x00", "").split()), wish.active
    if not channel.name or len(channel.name) > NAME:
        errors["name"] = _("Give it a name of at most %(most)d characters.") % {"most": NAME}
    if channel.provider not in PROVIDERS:
        raise Invalidated({"provider": _("Choose by which service messages go out.")})
    channel.roles = sorted({*wish.roles})
    if Role.objects.filter(code__in=channel.roles).count() != len(channel.roles):
        errors["roles"] = _("Choose roles from the list.")
    channel.daily = int(wish.daily) if wish.daily.isdecimal() and wish.daily.isascii() and len(wish.daily) <= 6 else 0
    if not 0 < channel.daily <= MOST_A_DAY:
        errors["daily"] = _("Say how many messages one person may send in a day, from 1 to %(most)d.") % {"most": MOST_A_DAY}
    _say(channel, wish.said, errors)
    approved = _approved(channel, wish.approved, errors)
    if errors:
        raise Invalidated(errors)
    with unit(actor, DOOR):
        if not channel.pk:
            channel.created_by, channel.created_at, channel.token = actor.id, clock.now(), secrets.token_urlsafe(24)
        channel.failing_since = None
        channel.save()
        _settle(channel, approved)
    shelf.clear()
    return channel


def _settle(channel: Channel, approved: Sequence[ApprovedText]) -> None:
    """The wordings that are named from now on; what stays as it was leaves no line in the trail."""
    known = {row.text_id: row for row in channel.approved.all()}
    ApprovedText.objects.filter(channel=channel).exclude(text__in=[row.text_id for row in approved]).delete()
    for row in approved:
        former = known.get(row.text_id)
        if former is None:
            row.channel = channel
            row.save()
        elif (former.code, former.names, former.body) != (row.code, row.names, row.body):
            former.code, former.names, former.body = row.code, row.names, row.body
            former.save(update_fields=["code", "names", "body"])


def remove(channel: Channel, *, actor: Actor) -> None:
    """Messages that were sent stay on record; what waits is not sent any more. Raises Forbidden."""
    administering(actor)
    with unit(actor, DOOR):
        channel.messages.filter(state="waiting", taken_at=None).update(state="dropped", answer="closed", ended_at=clock.now(), next_at=None)
        channel.delete()
    shelf.clear()


def settings_of(channel: Channel) -> dict[str, str]:
    """All settings with their secrets, for who sends. Raises sealed.Unreadable."""
    return {**channel.says, **_secrets(channel)}


def hidden(channel: Channel, says: Mapping[str, str]) -> list[str]:
    """What of its settings nobody may read, for whom an answer may repeat it."""
    return [says[each.key] for each in PROVIDERS[channel.provider].settings if each.secret and says.get(each.key)]


def variables(text: TextTemplate) -> list[str]:
    """What the tags of a text are called, each once, in the order in which they come: the variables of its approved wording."""
    entity = next((each for each in registry if each.key == text.entity), None)
    if entity is None:
        return []
    return [naming.label(entity, each.path) for each in filling.variables(naming.still(entity, text.body))]


def texts_of(medium: str) -> list[TextTemplate]:
    """The texts in use that are of this medium's sort."""
    sort = MEDIA[medium][2]
    return list(TextTemplate.objects.filter(active=True, sort=sort).order_by("entity", "zh", "pk"))


def _secrets(channel: Channel) -> dict[str, str]:
    found: dict[str, str] = json.loads(sealed.unseal(channel.secrets, about=ABOUT)) if channel.secrets else {}
    return found


def _say(channel: Channel, said: Mapping[str, str], errors: dict[str, str]) -> None:
    """Take over the settings, and say what is wrong with them; a secret that is left empty stays as it is."""
    provider, former = PROVIDERS[channel.provider], dict(channel.says)
    says: dict[str, str] = {}
    fresh: dict[str, str] = {}
    for each in provider.settings:
        typed = said.get(each.key, "").replace("\x00", "").strip()
        if len(typed) > (LONG if each.sort == "long" else SHORT) or (each.sort != "long" and not typed.isprintable()):
            errors[each.key] = _("This is too long, or holds signs that do not belong here.")
        elif each.secret:
            fresh |= {each.key: typed} if typed else {}
        elif each.required and not typed:
            errors[each.key] = _("Fill this in.")
        elif typed and (objection := _objection(each, typed)):
            errors[each.key] = objection
        if not each.secret:
            says[each.key] = typed
    channel.says = says
    if channel.provider == "gateway":
        errors |= gateway.objection(says)
    elsewhere = former.get("body") != says.get("body") and gateway.SECRET in says.get("body", "")
    _seal(channel, fresh, elsewhere or any(former.get(way) != says.get(way) for way in WAYS), errors)


def _seal(channel: Channel, fresh: dict[str, str], moved: bool, errors: dict[str, str]) -> None:
    """Secrets that were typed beside those that stay; none stays where the channel leads elsewhere than before."""
    try:
        former = _secrets(channel)
    except sealed.Unreadable:
        former = {}
    for each in PROVIDERS[channel.provider].settings:
        if each.secret and each.key not in fresh and (each.required or former.get(each.key)):
            if each.key not in former:
                errors[each.key] = _("Fill this in.")
            elif moved and channel.pk:
                errors[each.key] = _("Type it once more: it would go elsewhere now.")
    if not errors:
        kept = {**former, **fresh}
        channel.secrets = sealed.seal(json.dumps(kept), about=ABOUT) if kept else ""


def _objection(each: Setting, typed: str) -> str:
    if each.sort == "address":
        return "" if _callable(typed) else _("Give the whole address of the service; it must begin with https.")
    if each.sort == "number":
        right = typed.isdecimal() and typed.isascii() and 0 < int(typed) < 65536 if len(typed) < 6 else False
        return "" if right else _("A port is a number from 1 to 65535.")
    if each.sort == "choice":
        return "" if typed in (each.choices or {}) else _("Choose one from the list.")
    if each.sort == "mailbox":
        try:
            validate_email(typed)
        except ValidationError:
            return _("Give a mail address such as %(example)s.") % {"example": "sales@example.com"}
    return ""


def _callable(address: str) -> bool:
    try:
        parts = urlsplit(address)
        inside = parts.netloc.lower() in settings.GUANXI_WEBHOOK_HOSTS
        whole = (
            bool(parts.hostname) and not (parts.fragment or parts.username or parts.password) and address.isascii() and " " not in address
        )
    except ValueError:
        return False
    return whole and (parts.scheme == "https" or (inside and parts.scheme == "http"))


def _approved(channel: Channel, lines: Sequence[tuple[int, str, str]], errors: dict[str, str]) -> list[ApprovedText]:
    """The wordings that were named; only those of a provider that asks for them."""
    provider = PROVIDERS[channel.provider]
    if not provider.approved:
        return []
    known = {text.pk: text for text in texts_of(provider.medium)}
    found: list[ApprovedText] = []
    for number, code, names in lines:
        code, text = code.strip(), known.get(number)
        if text is None or not code:
            continue
        wanted, called = variables(text), [each for each in names.replace("，", ",").replace("、", ",").replace(" ", "").split(",") if each]
        called = called or [f"p{at}" for at in range(1, len(wanted) + 1)]
        if len(code) > 60 or not code.isascii() or not code.isprintable():
            errors[f"code-{number}"] = _("Copy the number of the template from the provider's page.")
        elif len(called) != len(wanted) or any(len(each) > 40 or not each.isprintable() for each in called):
            errors[f"code-{number}"] = _("Name as many variables as the text has tags: %(n)d.") % {"n": len(wanted)}
        else:
            found.append(ApprovedText(channel=channel, text=text, code=code, names=called, body=text.body))
    return found


__all__ = ["Wish", "hidden", "keep", "remove", "settings_of", "texts_of", "variables"]
