"""The door of the API: a bearer token names the actor. Cookies are never looked at, so no forged form can use it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.http.multipartparser import MultiPartParserError
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.csrf import csrf_exempt

from guanxi.kernel import pooled, versions
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.registry import registry
from guanxi.org import actors, directory, scopes, tokens
from guanxi.org.models import Token, User
from guanxi.surfaces.api import rate
from guanxi.surfaces.api.problems import EXPECTED, Problem, from_error, missing

logger = logging.getLogger("guanxi.api")
View = Callable[..., HttpResponseBase]
SAFE = ("GET", "HEAD")


def resource(**verbs: View) -> View:
    """One address: a view for each verb it knows, all behind the token. HEAD is answered like GET."""

    @csrf_exempt
    def answered(request: HttpRequest, **named: Any) -> HttpResponseBase:
        try:
            response = _answer(request, verbs, named)
        except (Problem, *EXPECTED) as error:
            response = from_error(error).response()
        except MultiPartParserError:
            response = Problem(400, _("These files cannot be read: send them as multipart/form-data with its boundary.")).response()
        except (Http404, PermissionDenied, SuspiciousOperation):
            raise  # Django has answers to these, which `pages.errors` writes as problems
        except Exception:
            response = broken(request)
        response["Cache-Control"] = "no-store"
        rate.tell(request, response)
        patch_vary_headers(response, ["Authorization", "Accept-Language"])
        return response

    return answered


def reading(view: View) -> View:
    """A view that asks by POST and changes nothing that its actor has no grant for: a token that may only read may call it."""
    view.reading = True  # type: ignore[attr-defined]
    return view


def broken(request: HttpRequest) -> HttpResponse:
    """What nobody expected: the log has the story under the id that the caller is given."""
    name = str(getattr(request, "id", ""))
    logger.exception("%s %s", request.method, request.path)
    got_request_exception.send(sender=None, request=request)
    return Problem(500, _("Something broke. It has been noted as %(id)s.") % {"id": name}, request_id=name).response()


def _answer(request: HttpRequest, verbs: dict[str, View], named: dict[str, Any]) -> HttpResponseBase:
    token = enter(request)
    actor = actor_of(token)
    view = verbs.get("GET" if request.method == "HEAD" else request.method or "")
    if view is None:
        raise Problem(405, _("This address does not know this verb."), headers={"Allow": ", ".join(verbs)})
    if "record_id" in named:
        named["record_id"] = int(named["record_id"])
    request.token = token  # type: ignore[attr-defined]
    only_reads = request.method in SAFE or getattr(view, "reading", False)
    if token.scopes and not only_reads and not scopes.may_write(token.scopes):
        raise Problem(403, _("This token may only read."), headers={"WWW-Authenticate": 'Bearer error="insufficient_scope"'})
    if "slug" in named:
        actor = scopes.narrowed(pooled.through(actor, named["slug"]), token.scopes)
    return view(request, actor, **named)


def enter(request: HttpRequest) -> Token:
    """The request's token, unless it asks too often; from now on the caller's language is spoken."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    bearer = token.strip() if scheme.lower() == "bearer" else ""
    row = tokens.found(bearer) if bearer else None
    language(request, row.user if row else None)
    if row is None:
        challenge = 'Bearer realm="guanxi"' + (', error="invalid_token"' if bearer else "")
        raise Problem(401, _("Send a valid token: Authorization: Bearer gx_…"), headers={"WWW-Authenticate": challenge})
    request.rate = rate.count(row.application_id or -row.pk)  # type: ignore[attr-defined]
    if request.rate.over:  # type: ignore[attr-defined]
        raise Problem(429, _("You are asking too often. Wait a minute."), headers={"Retry-After": str(request.rate.reset)})  # type: ignore[attr-defined]
    return row


def actor_of(token: Token) -> Actor:
    """Whose token it is, with rights and shape as they are now, as far as the token reaches."""
    now = versions.current()
    directory.refresh(now["access"])
    versions.refresh(now["shape"])
    return scopes.narrowed(actors.resolve(token.user, access_version=now["access"]), token.scopes)


def language(request: HttpRequest, user: User | None) -> None:
    """What `Accept-Language` asks for; else what the token's owner reads."""
    for code, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        try:
            translation.activate(translation.get_supported_language_variant(code))
            return
        except LookupError:
            continue
    translation.activate(user.language if user else settings.LANGUAGE_CODE)


def entity_of(actor: Actor, slug: str) -> Entity:
    """The entity of an address, if the actor may view any of it at all."""
    entity = registry.by_slug(slug)
    if entity is None or not actor.may(entity.key, "view"):
        raise missing()
    return entity
