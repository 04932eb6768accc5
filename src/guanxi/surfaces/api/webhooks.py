"""`/api/v1/webhooks`: the log of what was told to other programs, for administrators' programs; told once more by POST."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from guanxi.kernel.actor import Actor
from guanxi.kernel.registry import registry
from guanxi.surfaces.api.collection import answer, following, limit, parameters
from guanxi.surfaces.api.problems import Problem, missing
from guanxi.surfaces.hooks import sending
from guanxi.surfaces.hooks.models import Delivery, Webhook


def read(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All of them."""
    _administering(actor)
    parameters(request, ())
    return answer({"results": [_hook(hook) for hook in Webhook.objects.order_by("pk")]})


def log(request: HttpRequest, actor: Actor, hook: str) -> HttpResponse:
    """What was told, the latest first."""
    _administering(actor)
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
    _administering(actor)
    return answer(_delivery(sending.test(_one(hook))), status=202)


def replay(request: HttpRequest, actor: Actor, hook: str, name: str) -> HttpResponse:
    """Tell it once more."""
    _administering(actor)
    row = Delivery.objects.filter(hook=_one(hook), name=UUID(name)).first()
    if row is None:
        raise missing()
    sending.again(row)
    row.refresh_from_db()
    return answer(_delivery(row), status=202)


def _administering(actor: Actor) -> None:
    if not actor.administers:
        raise missing()


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


__all__ = ["log", "read", "replay", "test"]
