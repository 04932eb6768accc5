"""What a program learns of a write that waits for somebody's agreement: 202, and an address that tells what became of it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from guanxi.kernel import directory, drafts
from guanxi.kernel.actor import Actor
from guanxi.kernel.draft import Draft
from guanxi.kernel.registry import registry
from guanxi.surfaces.api.problems import PLAIN


def accepted(request: HttpRequest, actor: Actor, number: int, *, again: bool = False) -> HttpResponse:
    """Nothing is written yet; `Location` is the draft."""
    response = JsonResponse(document(drafts.get(number, actor), actor), status=202, json_dumps_params=PLAIN)
    response["Location"] = request.build_absolute_uri(f"/api/v1/reviews/{number}")
    if again:
        response["Idempotency-Replayed"] = "true"
    return response


def read(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """A draft, for its author and for who decides it."""
    return JsonResponse(document(drafts.get(int(number), actor), actor), json_dumps_params=PLAIN)


def document(draft: Draft, actor: Actor) -> dict[str, Any]:
    """A draft as JSON, its values as far as this reader may see them today."""
    entity = registry.get(draft.entity)
    shown = entity.visible(actor) if drafts.open_to(draft, actor) else {}
    closed = {key for key in shown if actor.right(entity.key, key) == "masked"}
    return {
        "review": draft.number,
        "state": draft.state,
        "entity": entity.slug,
        "record": draft.record,
        "verb": draft.verb,
        "version": draft.base,
        "values": {k: v for k, v in draft.values.items() if (base := k.removesuffix("_currency")) in shown and base not in closed},
        "author": {"id": draft.author, "name": directory.person_name(draft.author)},
        "sent_at": draft.sent_at.isoformat(),
        "reason": draft.reason,
        "decided_by": {"id": draft.decided_by, "name": directory.person_name(draft.decided_by)} if draft.decided_by else None,
        "decided_at": draft.decided_at.isoformat() if draft.decided_at else None,
        "note": draft.note,
    }
