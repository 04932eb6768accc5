"""Why can or can't somebody see or change a record: for administrators of any record, for everybody of those he sees himself."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.kernel import clock, directory
from guanxi.kernel.entity import Entity
from guanxi.kernel.models import AccessLog
from guanxi.kernel.registry import registry
from guanxi.kernel.whole import whole
from guanxi.org import reasons, words
from guanxi.org.models import User
from guanxi.surfaces.admin.places import ACCESS, PLACES, Place, administering
from guanxi.surfaces.pages.frame import actor_of, entity_or_404, fragment, page, record_or_404, signed_in
from guanxi.surfaces.pages.record import title_of

PLACES.append(
    Place(
        "/admin/why/",
        "user-question",
        gettext_lazy("Why can, why can't"),
        gettext_lazy("Explains for any person and record what he may do with it, and by which role."),
        ACCESS,
        "为什么 看不到 权限 解释 explain",
    )
)
_ADDRESS = re.compile(r"/?([\w-]+)/(\d+)/?(?:[?#].*)?$")


@administering
def show(request: HttpRequest) -> HttpResponse:
    """Person and record by number or address; says nothing of what the record holds."""
    people = list(User.objects.order_by("-is_active", "name"))
    user = next((p for p in people if p.pk == whole(request.GET.get("person"))), None)
    asked = request.GET.get("record", "").strip()[:200]
    context: dict[str, Any] = {
        "people": people,
        "user": user,
        "asked": asked,
        "rights": words.RIGHTS,
        "tones": words.RIGHT_TONES,
        "opening": True,
    }
    if user is not None and asked:
        place = locate(asked)
        if place is None:
            context["error"] = _("No record has this number or address.")
        else:
            entity, row = place
            AccessLog.objects.create(
                at=clock.now(), actor=actor_of(request).id, verb="explain", entity=entity.key, record=row.id, data={"person": user.pk}
            )
            context |= {
                "found": reasons.explain(user, entity, row, opening=True),
                "what": f"{entity.label} {getattr(row, 'number', '') or row.id}",
            }
    return page(request, "admin/why.html", context, title=_("Why can, why can't"))


def locate(text: str) -> tuple[Entity, Any] | None:
    """The record of an address such as /customers/12/ or of a number such as KH-00000042, wherever it lies."""
    address = _ADDRESS.search(text)
    if address:
        entity = registry.by_slug(address[1])
        row = entity.objects.filter(id=whole(address[2]) or 0).first() if entity else None
        return (entity, row) if entity and row else None
    for entity in registry:
        if entity.numbered == "number":
            row = entity.objects.filter(number__iexact=text.replace("\x00", "")).first()
            if row is not None:
                return entity, row
    return None


@signed_in
def of_record(request: HttpRequest, slug: str, record_id: int) -> HttpResponse:
    """Who can see this? In the modal, one person after another, for whoever sees the record himself."""
    entity = entity_or_404(request, slug)
    row = record_or_404(request, entity, record_id)
    here = directory.colleagues(actor_of(request).person)
    people = [user for user in User.objects.filter(is_active=True).order_by("name") if user.pk in here]
    wanted = whole(request.GET.get("person")) or actor_of(request).id
    user = next((p for p in people if p.pk == wanted), people[0])
    context = {
        "people": people,
        "departments": {e.id: e.name for e in directory.branches(actor_of(request)).values()},
        "user": user,
        "found": reasons.explain(user, entity, row),
        "what": title_of(entity, row, actor_of(request)),
        "rights": words.RIGHTS,
        "tones": words.RIGHT_TONES,
        "url": f"/{slug}/{record_id}/_why/",
    }
    return fragment(request, "admin/why_modal.html", context)


urls = [path("admin/why/", show), path("<slug:slug>/<int:record_id>/_why/", of_record)]
