"""Single sign-on by OpenID Connect: the dance with the provider, up to claims that may be believed.

Authlib speaks OAuth, with PKCE and a state; joserfc checks the signature and the claims of the ID token, which must name
our nonce. What is under way lies in the session of the browser that began it, and is good once.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests
from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from guanxi.kernel import clock, sealed
from guanxi.org import outgoing
from guanxi.org.models import Provider

KEY, ABOUT, PATIENCE = "single", "client secret", 600
#: Signatures by keys that the provider publishes; never by a shared secret, never none.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
LEEWAY = 60
log = logging.getLogger(__name__)


class Failed(Exception):
    """The dance did not come to its end; `str()` is fit to be shown."""


@dataclass(frozen=True)
class Claims:
    """What the provider says of somebody, checked."""

    subject: str
    email: str
    verified: bool
    name: str
    login: str


def active() -> list[Provider]:
    """The providers whose buttons stand on the login page."""
    return list(Provider.objects.filter(active=True).order_by("position", "pk"))


def way_back(provider: Provider) -> str:
    """The address that the provider sends people back to: told to whoever sets it up there."""
    return f"{settings.GUANXI_URL}/login/with/{provider.pk}/back/"


def begin(request: HttpRequest, provider: Provider, *, to: str = "/", link: int | None = None) -> str:
    """The address at the provider to go to; `link` is who is signed in and wants to be known there. Raises Failed."""
    with _failing(provider):
        found = discovered(provider)
        verifier, nonce = generate_token(64), generate_token(32)
        address, state = _client(provider, found).create_authorization_url(
            found["authorization_endpoint"], code_verifier=verifier, nonce=nonce
        )
    until = clock.now().timestamp() + PATIENCE
    under_way = {"provider": provider.pk, "state": state, "nonce": nonce, "verifier": verifier, "to": to, "link": link, "until": until}
    request.session[KEY] = under_way
    return str(address)


def finish(request: HttpRequest, provider: Provider) -> tuple[Claims, dict[str, Any]]:
    """Back again: the claims, and what `begin` was told. Raises Failed."""
    kept: dict[str, Any] = request.session.pop(KEY, None) or {}
    given = request.GET
    fits = kept.get("provider") == provider.pk and kept["until"] > clock.now().timestamp()
    if not fits or not constant_time_compare(given.get("state", ""), kept["state"]):
        raise Failed(_("This sign-in was begun elsewhere or took too long. Try again."))
    if "code" not in given:
        raise Failed(_("The sign-in service did not let you in. Try again, log in with your password, or ask an administrator."))
    with _failing(provider):
        found = discovered(provider)
        client = _client(provider, found)
        token = client.fetch_token(found["token_endpoint"], code=given["code"], code_verifier=kept["verifier"], allow_redirects=False)
        said = _checked(provider, found, str(token["id_token"]), kept["nonce"])
        if not said.get("email") and "userinfo_endpoint" in found:
            more = outgoing.document(_session(provider), found["userinfo_endpoint"], Authorization=f"Bearer {token['access_token']}")
            said = {**more, **said} if more.get("sub") == said["sub"] else said
    return _claims(said), kept


def discovered(provider: Provider) -> dict[str, Any]:
    """What the provider publishes about itself. Raises requests.RequestException or ValueError."""
    issuer = provider.issuer
    found = outgoing.document(_session(provider), issuer.rstrip("/") + "/.well-known/openid-configuration")
    if found.get("issuer") != issuer:
        raise ValueError("it calls itself by another name")
    return found


def reason(provider: Provider) -> str:
    """Why the provider cannot be used as it is set up; empty when it answers as it should."""
    try:
        found = discovered(provider)
        missing = {"authorization_endpoint", "token_endpoint", "jwks_uri"} - set(found)
        return _("It does not say where to sign in.") if missing else ""
    except (requests.RequestException, ValueError, OSError) as problem:
        return _("No answer as it should be from this address (%(why)s). Is it an inside host that has to be named below?") % {
            "why": type(problem).__name__
        }


def _session(provider: Provider) -> requests.Session:
    return outgoing.guarded(requests.Session(), provider.hosts)


def _client(provider: Provider, found: Mapping[str, Any]) -> Any:
    ways = found.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    secret = sealed.unseal(provider.secret, about=ABOUT) if provider.secret else ""
    way = "client_secret_basic" if "client_secret_basic" in ways else "client_secret_post"
    session = OAuth2Session(
        provider.client_id,
        secret or None,
        token_endpoint_auth_method=way if secret else "none",
        scope="openid email profile",
        redirect_uri=way_back(provider),
        code_challenge_method="S256",
    )
    return outgoing.guarded(session, provider.hosts)


def _checked(provider: Provider, found: Mapping[str, Any], id_token: str, nonce: str) -> dict[str, Any]:
    keys = KeySet.import_key_set(outgoing.document(_session(provider), found["jwks_uri"]))  # type: ignore[arg-type]
    claims = jwt.decode(id_token, keys, algorithms=ALGORITHMS).claims
    must = {"iss": provider.issuer, "aud": provider.client_id, "nonce": nonce}
    rules: dict[str, Any] = {name: {"essential": True, "value": value} for name, value in must.items()}
    rules |= {name: {"essential": True} for name in ("sub", "exp", "iat")}
    jwt.JWTClaimsRegistry(leeway=LEEWAY, **rules).validate(claims)
    if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != provider.client_id:
        raise ValueError("meant for somebody else")
    return dict(claims)


def _claims(said: Mapping[str, Any]) -> Claims:
    text = lambda key: str(said.get(key) or "").replace("\x00", "").strip()
    return Claims(
        subject=text("sub")[:255],
        email=text("email")[:254],
        verified=said.get("email_verified") in (True, "true"),
        name=text("name")[:60],
        login=text("preferred_username")[:60],
    )


@contextmanager
def _failing(provider: Provider) -> Iterator[None]:
    """Whatever goes wrong on the way is noted without what was exchanged, and told in one sentence."""
    try:
        yield
    except (requests.RequestException, OAuthError, JoseError, ValueError, KeyError, TypeError, OSError, sealed.Unreadable) as problem:
        log.warning("single sign-on by provider %s failed: %s", provider.pk, type(problem).__name__)
        raise Failed(_("The sign-in service did not answer as it should. Try again, or log in with your password.")) from problem
