"""`/api/v1/webhooks`: kept by administrators' programs, with the log of what was told to others; told once more by POST.

A token that reaches less far than its person has to name `webhooks:read` or `webhooks:write`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from guanxi.kernel.actor import Actor
from guanxi.kernel.registry import registry
from guanxi.org import actors, scopes
from guanxi.org.models import User
from guanxi.surfaces.api import body
from guanxi.surfaces.api.collection import answer, following, limit, parameters
from guanxi.surfaces.api.problems import Problem, missing
from guanxi.surfaces.hooks import keeping, sending
from guanxi.surfaces.hooks.models import Delivery, Webhook


def read(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All of them."""
    managing(request, actor, scopes.READ)
    parameters(request, ())
    return answer({"results": [_hook(hook) for hook in Webhook.objects.order_by("pk")]})


def one(request: HttpRequest, actor: Actor, hook: str) -> HttpResponse:
    """One of them."""
    managing(request, actor, scopes.READ)
    parameters(request, ())
    return answer(_hook(_one(hook)))


def make(request: HttpRequest, actor: Actor) -> HttpResponse:
    """One more; its secret is told this once."""
    keeper = managing(request, actor, scopes.WRITE)
    hook = Webhook(active=True, person_id=keeper.id or 0)
    secret = _kept(hook, body.document(request), keeper)
    response = answer({**_hook(hook), "secret": secret}, status=201)
    response["Location"] = request.build_absolute_uri(f"/api/v1/webhooks/{hook.pk}")
    return response


def change(request: HttpRequest, actor: Actor, hook: str) -> HttpResponse:
    """Other values; what is not given stays."""
    keeper = managing(request, actor, scopes.WRITE)
    row = _one(hook)
    _kept(row, body.document(request), keeper)
    return answer(_hook(row))


def remove(request: HttpRequest, actor: Actor, hook: str) -> HttpResponse:
    """Tell nothing more; its log goes with it."""
    keeper = managing(request, actor, scopes.WRITE)
    keeping.remove(_one(hook), actor=keeper)
    return HttpResponse(status=204)


def renew(request: HttpRequest, actor: Actor, hook: str) -> HttpResponse:
    """Another secret, told this once."""
    keeper = managing(request, actor, scopes.WRITE)
    row = _one(hook)
    secret = keeping.renew(row, actor=keeper)
    return answer({**_hook(row), "secret": secret})


def log(request: HttpRequest, actor: Actor, hook: str) -> HttpResponse:
    """What was told, the latest first."""
    managing(request, actor, scopes.READ)
    parameters(request, ("before", "limit"))
    before, size = request.GET.get("before", ""), limit(request)
    if before and not (before.isascii() and before.isdigit() and len(before) < 19):
        raise Problem(400, "")
    rows = Delivery.objects.filter(hook=_one(hook), **({"pk__lt": int(before)} if before else {})).order_by("-pk")[: size + 1]
    shown = list(rows)[:size]
    more = following(request, before=str(shown[-1].pk)) if len(rows) > size else None
    return answer({"results": [_delivery(each) for each in shown], "next": more})


def test(request: HttpRequest, actor: Actor, hook: str) -> HttpResponse:
    """Send something to see whether it arrives."""
    managing(request, actor, scopes.WRITE)
    return answer(_delivery(sending.test(_one(hook))), status=202)


def replay(request: HttpRequest, actor: Actor, hook: str, name: str) -> HttpResponse:
    """Tell it once more."""
    managing(request, actor, scopes.WRITE)
    row = Delivery.objects.filter(hook=_one(hook), name=UUID(name)).first()
    if row is None:
        raise missing()
    sending.again(row)
    row.refresh_from_db()
    return answer(_delivery(row), status=202)


def managing(request: HttpRequest, actor: Actor, verb: str) -> Actor:
    """The administrator who asks, if his token reaches so far. Raises Problem 404."""
    found = manager(request, actor, verb)
    if found is None:
        raise missing()
    return found


def manager(request: HttpRequest, actor: Actor, verb: str) -> Actor | None:
    """The administrator behind a token that may do this with webhooks."""
    if actor.administers:
        return actor
    token = getattr(request, "token", None)
    if token is None or not scopes.manages(scopes.WEBHOOKS, verb, token.scopes):
        return None
    person = actors.resolve(token.user)
    return person if person.administers else None


def _kept(hook: Webhook, given: dict[str, Any], keeper: Actor) -> str:
    """Put what was given on a webhook and keep it; its secret where it is new. Raises Problem 422 or Invalidated."""
    wrong = {
        key: _("This value has a type that “%(field)s” does not take.") % {"field": key}
        for key, value in given.items()
        if key in TAKES and not TAKES[key](value)
    }
    wrong |= {key: _("“%(name)s” cannot be set.") % {"name": key} for key in given if key not in TAKES}
    if wrong:
        raise Problem(422, " ".join(wrong.values()), errors=wrong)
    for key in ("name", "address", "kinds", "active"):
        setattr(hook, key, given.get(key, getattr(hook, key)))
    if "entity" in given:
        entity = registry.by_slug(given["entity"])
        hook.entity = entity.key if entity else ""
    if "person" in given:
        hook.person = User.objects.filter(pk=given["person"]).first()  # type: ignore[assignment]
    return keeping.keep(hook, json.dumps(given.get("where", hook.where or [])), actor=keeper)


def _text(value: Any) -> bool:
    return isinstance(value, str) and "\x00" not in value


#: What may be given, and the types that it takes.
TAKES: dict[str, Callable[[Any], bool]] = {
    "name": _text,
    "address": _text,
    "entity": _text,
    "kinds": lambda value: isinstance(value, list) and all(_text(each) for each in value),
    "where": lambda value: isinstance(value, list),
    "person": lambda value: isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31,
    "active": lambda value: isinstance(value, bool),
}


def _one(number: str) -> Webhook:
    row = Webhook.objects.filter(pk=int(number)).first()
    if row is None:
        raise missing()
    return row


def _hook(hook: Webhook) -> dict[str, Any]:
    since = hook.failing_since.isoformat() if hook.failing_since else None
    shown = {key: getattr(hook, key) for key in ("name", "kinds", "where", "address", "active")}
    return {"id": hook.pk, "entity": registry.get(hook.entity).slug, **shown, "person": hook.person_id, "failing_since": since}


def _delivery(row: Delivery) -> dict[str, Any]:
    moment = lambda at: at.isoformat() if at else None
    shown = {key: getattr(row, key) for key in ("record", "change", "state", "tries", "status", "took", "answer")}
    return {"id": str(row.name), **shown, "at": moment(row.at), "next_at": moment(row.next_at), "ended_at": moment(row.ended_at)}


__all__ = ["change", "log", "make", "manager", "managing", "one", "read", "remove", "renew", "replay", "test"]
