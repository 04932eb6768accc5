"""What administrators say of a sign-on service: kept when it makes sense, the secret sealed."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from guanxi.kernel import sealed
from guanxi.kernel.actor import Actor
from guanxi.kernel.write import Invalidated, unit
from guanxi.org import single
from guanxi.org.duty import DOOR, administering
from guanxi.org.models import Provider

_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?")


def keep(provider: Provider, secret: str, *, actor: Actor) -> None:
    """Store it; an empty secret leaves the present one. One that is in use must answer. Raises Forbidden or Invalidated."""
    administering(actor)
    provider.inside = " ".join(provider.inside.lower().replace(",", " ").split())
    errors = _objections(provider)
    if secret:
        provider.secret = sealed.seal(secret, about=single.ABOUT)
    if not errors and provider.active and (why := single.reason(provider)):
        errors["issuer"] = why
    if errors:
        raise Invalidated(errors)
    with unit(actor, DOOR):
        provider.save()


def _objections(provider: Provider) -> dict[str, str]:
    errors: dict[str, str] = {}
    if not provider.name or len(provider.name) > 60:
        errors["name"] = _("Give it a name of at most 60 characters: it stands on the button.")
    if not provider.client_id or len(provider.client_id) > 255:
        errors["client_id"] = _("The service gives every program a client ID. Put it here.")
    if bad := [host for host in provider.hosts if not _HOST.fullmatch(host)]:
        errors["inside"] = _("This is no host: %(host)s") % {"host": bad[0]}
    elif len(provider.inside) > 255:
        errors["inside"] = _("Name fewer hosts.")
    try:
        parts = urlsplit(provider.issuer)
        whole = bool(parts.hostname) and not (parts.query or parts.fragment or parts.username) and len(provider.issuer) <= 255
        named = parts.netloc.lower() in provider.hosts
    except ValueError:
        whole = named = False
    if not whole or parts.scheme not in ("https", "http"):
        errors["issuer"] = _("Give the whole address of the service, such as https://login.example.com/realms/staff.")
    elif parts.scheme == "http" and not named:
        errors["issuer"] = _("Only a host inside, named below, may be reached without https.")
    return errors
