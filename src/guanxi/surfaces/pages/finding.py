"""Finding: the palette, pickers, menu counts, and revealing a number."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanxi.kernel import clock, directory, petitions, pooled, query, search
from guanxi.kernel.china import regions, tokens
from guanxi.kernel.models import AccessLog
from guanxi.kernel.registry import registry
from guanxi.surfaces.pages.chrome import menu
from guanxi.surfaces.pages.frame import actor_of, entity_or_404, fragment, page, record_or_404, signed_in
from guanxi.surfaces.ui.environment import bounded

PALETTE_HITS = 8
PAGE_HITS = 50
PICKED = 12


@signed_in
def palette(request: HttpRequest) -> HttpResponse:
    """Hits per keystroke; as a whole page when opened by Enter without a choice."""
    text = request.GET.get("q", "").strip()[:100]
    actor = actor_of(request)
    whole = not request.headers.get("HX-Request") and request.headers.get("X-Requested-With") != "fetch"
    found = search.find(text, actor, limit=PAGE_HITS if whole else PALETTE_HITS) if text else []
    groups: dict[str, list[dict[str, Any]]] = {}
    for hit in found:
        row = {
            "url": f"/{hit.entity.slug}/{hit.record}/",
            "icon": hit.entity.icon,
            "title": hit.title,
            "owner": directory.person_name(hit.owner),
        }
        groups.setdefault(str(hit.entity.label_plural), []).append(row)
    folded = text.lower()
    places = [i for s in menu(actor_of(request), "") for i in s["items"] if not text or folded in i["label"].lower() or folded in i["slug"]]
    context = {"q": text, "groups": groups, "places": places[:6], "nameless": tokens.says_no_name(text)}
    if whole:
        return page(request, "pages/found.html", context, title=_("Search"))
    return fragment(request, "pages/hits.html", context)


@signed_in
def pick(request: HttpRequest, slug: str) -> HttpResponse:
    """Options of a picker, best first, only what the actor may see."""
    text = request.GET.get("q", "").strip()[:100]
    actor = actor_of(request)
    entity = entity_or_404(request, slug)
    if actor.right(entity.key, entity.title) in ("hidden", "masked"):
        options: list[tuple[int, str, str]] = []
    elif text and entity.search:
        options = [(h.record, h.title, directory.person_name(h.owner)) for h in search.find(text, actor, entities=[entity], limit=PICKED)]
    else:
        rows = entity.rows(actor)
        if text:
            rows = rows.where([entity.title, "contains", text])
        sort = rows.sort(query.default_sort(entity, actor))
        order = F(sort.path) if isinstance(sort.path, str) else sort.path
        found = rows.order_by(order.desc(), "-id").values_list("id", entity.title, "owner_id")[:PICKED]
        options = [(i, str(title)[:60], directory.person_name(owner)) for i, title, owner in found]
    create = f"/{slug}/new/?quick=1&{entity.title}=" if entity.quick and actor.may(entity.key, "create") else ""
    return fragment(
        request,
        "pages/options.html",
        {"options": options, "q": text, "create": create, "entity": entity, "nameless": bool(entity.search) and tokens.says_no_name(text)},
    )


@signed_in
def pick_region(request: HttpRequest) -> HttpResponse:
    """Provinces, cities and districts by name."""
    text = request.GET.get("q", "").strip()[:60]
    found = regions.find(text) if text else None
    places = [found, *regions.children(found.code)] if found else list(regions.children(None))
    options = [(r.code, regions.label(r.code), "") for r in places[:40]]
    return fragment(request, "pages/options.html", {"options": options, "q": text, "create": "", "entity": None})


@signed_in
def counts(request: HttpRequest) -> HttpResponse:
    """Bounded figures of the menu in one request."""
    actor = actor_of(request)
    figures: dict[str, str] = {}
    for entity in registry:
        if entity.in_menu and actor.may(entity.key, "view"):
            figures[entity.slug] = bounded(entity.rows(actor).bounded_count(999), 999)
    if waiting := petitions.waiting(actor):
        figures["petitions"] = bounded(waiting, 999)
    for face, looking in pooled.faces(actor):
        figures[face.slug] = bounded(face.rows(looking).bounded_count(999), 999)
    return JsonResponse(figures)


@signed_in
@require_POST
def reveal(request: HttpRequest, slug: str, record_id: int, key: str) -> HttpResponse:
    """The whole number: authorised, and logged in the same transaction."""
    entity = entity_or_404(request, slug)
    actor = actor_of(request)
    row = record_or_404(request, entity, record_id)
    field = entity.visible(actor).get(key)
    if field is None or field.kind.name != "phone" or actor.right(entity.key, key) == "masked":
        raise Http404
    AccessLog.objects.create(at=clock.now(), actor=actor.id, verb="reveal", entity=entity.key, record=row.id, data={"field": key})
    value = field.value(row)
    return JsonResponse({"number": value.removeprefix("+86"), "shown": field.kind.text(value, None)})  # type: ignore[arg-type]


urls = [
    path("_search/", palette),
    path("_counts/", counts),
    path("_pick/regions/", pick_region),
    path("_pick/<slug:slug>/", pick),
    path("<slug:slug>/<int:record_id>/_reveal/<slug:key>/", reveal),
]
