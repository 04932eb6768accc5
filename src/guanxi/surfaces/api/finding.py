"""`/api/v1/search`: the best hits over everything that the actor may see."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from guanxi.kernel import search
from guanxi.kernel.actor import Actor
from guanxi.surfaces.api.collection import answer, limit, parameters
from guanxi.surfaces.api.door import entity_of
from guanxi.surfaces.api.problems import Problem


def read(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Words, pinyin, initials, digits of a phone."""
    parameters(request, ("q", "entity", "limit"))
    text = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    if not text:
        raise Problem(400, _("Say in q what to look for."))
    asked = [entity_of(actor, slug) for slug in request.GET.get("entity", "").split(",") if slug]
    hits = search.find(text, actor, entities=asked or None, limit=limit(request))
    results = [{"entity": hit.entity.slug, "id": hit.record, "title": hit.title, "owner": hit.owner} for hit in hits]
    return answer({"results": results})


__all__ = ["read"]
