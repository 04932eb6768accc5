"""What the person owns whom a record is about: counted by kind, as far as the reader sees it, each with the list of exactly that."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _

from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.registry import registry
from guanxi.surfaces.pages.frame import actor_of, entity_or_404, fragment, record_or_404, signed_in
from guanxi.surfaces.tiles import MOST, list_url
from guanxi.surfaces.ui.environment import bounded

PLANNED = "next_follow_up_at"


@signed_in
def show(request: HttpRequest, slug: str, record_id: int) -> HttpResponse:
    """A region of the record."""
    entity, actor = entity_or_404(request, slug), actor_of(request)
    if not entity.person or entity.person not in entity.visible(actor) or actor.right(entity.key, entity.person) == "masked":
        raise Http404
    user = entity.fields[entity.person].value(record_or_404(request, entity, record_id))
    lines = [line for child in registry.in_menu() for line in counted(child, user, actor)] if user else []
    return fragment(request, "pages/work.html", {"lines": lines, "user": user})


def counted(child: Entity, user: int, actor: Actor) -> list[dict[str, Any]]:
    """How many records of one kind are his, and how many of those are due: nothing where the reader may not look for owners."""
    if child.person or not child.in_menu or not actor.may(child.key, "view") or actor.right(child.key, "owner") in ("hidden", "masked"):
        return []
    mine: list[Any] = ["owner", "is", user]
    found = [{"label": child.label_plural, "icon": child.icon, **_figure(child, mine, actor)}]
    if actor.right(child.key, PLANNED) not in ("hidden", "masked") and PLANNED in child.fields:
        due = ["and", mine, [PLANNED, "before", "tomorrow"]]
        words = _("To do: %(entities)s") % {"entities": child.label_plural}
        found.append({"label": words, "icon": "checklist", **_figure(child, due, actor)})
    return found


def _figure(child: Entity, where: list[Any], actor: Actor) -> dict[str, str]:
    count = child.rows(actor).where(where).bounded_count(MOST)
    return {"count": bounded(count, MOST), "url": list_url(child, where)}


urls = [path("<slug:slug>/<int:record_id>/_work/", show)]
