"""`POST /oauth/token`: an access token for an application's id and secret, the client credentials grant (RFC 6749, 4.4)."""

from __future__ import annotations

import base64
import binascii
from urllib.parse import unquote_plus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from guanxi.kernel import tally
from guanxi.org import scopes, tokens
from guanxi.org.address import client_address
from guanxi.org.models import Application

#: Wrong secrets for one application from one address within `WINDOW` seconds; after that who asks from there waits, and nobody else.
MOST, WINDOW = 20, 300


class Refused(Exception):
    """An error by the name that the standard gives it (5.2)."""

    def __init__(self, error: str, status: int = 400, **headers: str) -> None:
        super().__init__(error)
        self.error, self.status, self.headers = error, status, headers


@csrf_exempt
def token(request: HttpRequest) -> HttpResponse:
    """The token, or why not."""
    try:
        document, status, headers = _granted(request), 200, {}
    except Refused as refusal:
        document, status, headers = {"error": refusal.error}, refusal.status, refusal.headers
    response = JsonResponse(document, status=status, headers=headers)
    response["Cache-Control"], response["Pragma"] = "no-store", "no-cache"
    return response


def _granted(request: HttpRequest) -> dict[str, object]:
    if request.method != "POST":
        raise Refused("invalid_request", 405, Allow="POST")
    twice = any(len(given) > 1 for _name, given in request.POST.lists())
    if request.content_type != "application/x-www-form-urlencoded" or twice:
        raise Refused("invalid_request")
    application = _client(request)
    grant = request.POST.get("grant_type", "")
    if grant != "client_credentials":
        raise Refused("unsupported_grant_type" if grant else "invalid_request")
    asked = request.POST.get("scope", "").split()
    if not all(scopes.known(scope) for scope in asked) or not scopes.within(asked, application.scopes):
        raise Refused("invalid_scope")
    given = asked or application.scopes
    found: dict[str, object] = {"access_token": tokens.access(application, given), "token_type": "Bearer"}
    found["expires_in"] = int(tokens.ACCESS.total_seconds())
    return {**found, "scope": " ".join(given)} if given else found


def _client(request: HttpRequest) -> Application:
    """Who asks, by Basic authentication or by the body, not by both."""
    scheme, _space, coded = request.headers.get("Authorization", "").partition(" ")
    name, secret = request.POST.get("client_id", ""), request.POST.get("client_secret", "")
    if scheme.lower() == "basic":
        if secret:
            raise Refused("invalid_request")
        name, secret = _basic(coded)
    if not name:
        raise _unknown()
    counted = ("oauth", name, client_address(request))
    if tally.add(*counted, seconds=WINDOW) > MOST:
        raise Refused("invalid_client", 429, **{"Retry-After": str(WINDOW)})
    found = tokens.application(name, secret)
    if found is None:
        raise _unknown()
    tally.take_back(*counted)
    return found


def _basic(coded: str) -> tuple[str, str]:
    try:
        name, colon, secret = base64.b64decode(coded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise _unknown() from None
    if not colon:
        raise _unknown()
    return unquote_plus(name), unquote_plus(secret)


def _unknown() -> Refused:
    return Refused("invalid_client", 401, **{"WWW-Authenticate": 'Basic realm="guanxi"'})


__all__ = ["token"]
