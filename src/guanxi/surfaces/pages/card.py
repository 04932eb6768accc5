"""Paste a card: the text of a business card or signature becomes proposals for the fields of a new record."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.http import require_POST

from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field
from guanxi.surfaces import signature
from guanxi.surfaces.pages.frame import actor_of, entity_or_404, signed_in


@signed_in
@require_POST
def read(request: HttpRequest, slug: str) -> JsonResponse:
    """What the text says, for the fields that this person may fill: [{key, label, value, id}]. Nothing is kept."""
    entity, actor = entity_or_404(request, slug, "create"), actor_of(request)
    if not entity.card:
        raise Http404
    said = signature.read(request.POST.get("text", ""))
    return JsonResponse({"fields": proposals(entity, actor, said)})


def proposals(entity: Entity, actor: Actor, said: dict[str, str]) -> list[dict[str, Any]]:
    """A field takes the first of the card's words that names it: a company's card fills the customer's name, not its owner's."""
    writable = entity.writable(actor)
    found: dict[str, dict[str, Any]] = {}
    for word, key in sorted(entity.card.items(), key=lambda item: item[0] == "FN"):
        value = said.get(word) or (said.get("CELL") if word == "WORK" and "CELL" not in entity.card else None)
        if value and key in writable and key not in found:
            found[key] = {"key": key, "label": str(writable[key].label), **_shown(writable[key], value, actor)}
    return list(found.values())


def _shown(field: Field, value: str, actor: Actor) -> dict[str, Any]:
    """The text, and for a reference the record that is called so, if this person sees exactly one."""
    if field.kind.name != "lookup":
        return {"value": value}
    target = field.kind.target  # type: ignore[attr-defined]
    ids = target.find_by_title(target.rows(actor), value)
    return {"value": value, "id": ids[0] if len(ids) == 1 else None}


urls = [path("<slug:slug>/_card/", read)]
