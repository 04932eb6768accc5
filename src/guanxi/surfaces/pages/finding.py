"""Finding: the palette, pickers, menu counts, and revealing a number."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import Any

from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanxi.kernel import clock, dependence, directory, drafts, notices, petitions, pooled, query, search
from guanxi.kernel.actor import Actor
from guanxi.kernel.china import pinyin, regions, tokens
from guanxi.kernel.dictionary import Dictionary, Item
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.lookup import LookupKind
from guanxi.kernel.models import AccessLog
from guanxi.kernel.registry import registry
from guanxi.kernel.whole import whole
from guanxi.surfaces.collecting import settling
from guanxi.surfaces.pages import commands, marks, offering
from guanxi.surfaces.pages.frame import actor_of, entity_or_404, fragment, page, reader_of, record_or_404, signed_in
from guanxi.surfaces.ui.environment import bounded

PALETTE_HITS = 8
PAGE_HITS = 50
PICKED = 12
#: Values of a tree that a search offers.
VALUES = 60


@signed_in
def palette(request: HttpRequest) -> HttpResponse:
    """Hits per keystroke, and what can be done here; as a whole page when opened by Enter without a choice."""
    text = request.GET.get("q", "").strip()[:100]
    actor = actor_of(request)
    on_its_own = not request.headers.get("HX-Request") and request.headers.get("X-Requested-With") != "fetch"
    if on_its_own:
        context = {"q": text, "groups": hits(text, actor, PAGE_HITS), "nameless": tokens.says_no_name(text), "commands": []}
        return page(request, "pages/found.html", context, title=_("Search"))
    given = request.GET
    ticked = whole(given.get("ticked")) or 0
    only = text.startswith(commands.ONLY)
    found = {} if only else hits(text, actor, PALETTE_HITS) if text else marks.offered(actor)
    offered = commands.offered(actor, text, given.get("record", ""), given.get("rows", ""), ticked, everything=given.get("all") == "1")
    first = [group for group in offered if group.ticked and not text]
    context = {
        "groups": found,
        "first": first,
        "commands": [group for group in offered if group not in first],
        "q": text,
        "nameless": not only and tokens.says_no_name(text),
    }
    return fragment(request, "pages/hits.html", context)


def hits(text: str, actor: Actor, most: int) -> dict[str, list[dict[str, Any]]]:
    """Records that answer, by register."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for hit in search.find(text, actor, limit=most) if text else ():
        owner = directory.person_name(hit.owner)
        row = {"url": f"/{hit.entity.slug}/{hit.record}/", "icon": hit.entity.icon, "title": hit.title, "owner": owner}
        groups.setdefault(str(hit.entity.label_plural), []).append(row)
    return groups


@signed_in
def pick(request: HttpRequest, slug: str) -> HttpResponse:
    """Options of a picker, best first, only what the actor may see; `as` names the field that asks."""
    text = request.GET.get("q", "").strip()[:100]
    actor = actor_of(request)
    entity = entity_or_404(request, slug)
    kind = offering.asking(request.GET.get("as", "")[:200], entity)
    found = [] if actor.right(entity.key, entity.title) in ("hidden", "masked") else _picked(entity, actor, text, kind)
    proposed = offering.proposals(kind, [record for record, _title, _owner in found], reader_of(request))
    options = [
        (record, title, proposed[record].words if record in proposed else directory.person_name(owner)) for record, title, owner in found
    ]
    create = f"/{slug}/new/?quick=1&{entity.title}=" if entity.quick and actor.may(entity.key, "create") else ""
    return fragment(
        request,
        "pages/options.html",
        {
            "options": options,
            "proposed": {record: each.values for record, each in proposed.items()},
            "q": text,
            "create": create,
            "entity": entity,
            "nameless": bool(entity.search) and tokens.says_no_name(text),
        },
    )


def _picked(entity: Entity, actor: Actor, text: str, kind: LookupKind | None) -> list[tuple[int, str, int | None]]:
    """(id, title, owner) of what a picker offers for a text, or the newest where there is none."""
    rows = offering.narrowed(entity.rows(actor), kind)
    if text and entity.search:
        hits = search.find(text, actor, entities=[entity], limit=PICKED * (2 if kind else 1))
        meant = set(rows.filter(id__in=[h.record for h in hits]).values_list("id", flat=True)) if kind else {h.record for h in hits}
        return [(h.record, h.title, h.owner) for h in hits if h.record in meant][:PICKED]
    if text:
        rows = rows.where([entity.title, "contains", text])
    sort = rows.sort(query.default_sort(entity, actor))
    order = F(sort.path) if isinstance(sort.path, str) else sort.path
    found = rows.order_by(order.desc(), "-id").values_list("id", entity.title, "owner_id")[:PICKED]
    return [(i, str(title)[:60], owner) for i, title, owner in found]


@signed_in
def pick_colleague(request: HttpRequest) -> HttpResponse:
    """Whom a comment may mention, by a piece of the name, the login or the reading; each as it is spelt after the @."""
    text = request.GET.get("q", "").strip().lower()[:60]
    actor = actor_of(request)
    active = [e for e in directory.colleagues(actor).values() if e.active and e.id != actor.id]
    borne = Counter(e.name for e in active)
    found = sorted((e for e in active if _called(text, e.name, e.code)), key=lambda e: (not e.name.lower().startswith(text), e.name))
    options = [
        (e.id, e.name if borne[e.name] == 1 else f"{e.name}({e.code})", directory.department_name(e.department)) for e in found[:PICKED]
    ]
    return fragment(request, "pages/options.html", {"options": options, "q": text, "create": "", "entity": None})


def _called(text: str, name: str, login: str) -> bool:
    return text in name.lower() or login.lower().startswith(text) or (text.isascii() and any(r.startswith(text) for r in _readings(name)))


@lru_cache(maxsize=8_192)
def _readings(name: str) -> tuple[str, str]:
    return pinyin.initials(name, surname=True).lower(), "".join(pinyin.syllables(name, surname=True)).lower()


@signed_in
def pick_region(request: HttpRequest) -> HttpResponse:
    """Provinces, cities and districts by name."""
    text = request.GET.get("q", "").strip()[:60]
    found = regions.find(text) if text else None
    places = [found, *regions.children(found.code)] if found else list(regions.children(None))
    options = [(r.code, regions.label(r.code), "") for r in places[:40]]
    return fragment(request, "pages/options.html", {"options": options, "q": text, "create": "", "entity": None})


@signed_in
def pick_value(request: HttpRequest, code: str) -> HttpResponse:
    """Values of a list that is a tree, level by level or by a piece of the name, the path or the reading."""
    known = Dictionary(code)
    if not known.tree:
        raise Http404
    text = request.GET.get("q", "").strip()[:200]
    here = known.by_name(text) if text else None
    active = [item for item in known.offered(actor_of(request)) if _beneath(request, known, item)]
    inside = {item.parent for item in active}
    if here is not None:
        found = [here, *(item for item in active if item.parent == here.id)]
    elif text:
        found = [item for item in active if text.lower() in known.path(item).lower() or _read_as(text.lower(), item.zh)][:VALUES]
    else:
        found = [item for item in active if known.above(item) is None]
    shown = [(item.code, known.path(item), "") for item in found]
    deeper = {item.code for item in found if item.id in inside and item != here}
    return fragment(request, "pages/options.html", {"options": shown, "deeper": deeper, "q": text, "create": "", "entity": None})


def _beneath(request: HttpRequest, known: Dictionary, item: Item) -> bool:
    """Whether a value fits what is chosen in the field that the picker sends along."""
    aboves = next((Dictionary(name) for name in [known.under] if name), None)
    said = [str(value) for key, value in request.GET.items() if key not in ("q", "as")]
    return aboves is None or not said or dependence.fits(known, item, aboves, aboves.by_code(said[0]))


def _read_as(text: str, label: str) -> bool:
    return text.isascii() and any(text in reading for reading in _plain_readings(label))


@lru_cache(maxsize=8_192)
def _plain_readings(label: str) -> tuple[str, str]:
    return pinyin.initials(label).lower(), "".join(pinyin.syllables(label)).lower()


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
    if reviewing := drafts.waiting(actor):
        figures["reviews"] = bounded(reviewing, 999)
    if came := settling.waiting(actor):
        figures["collected"] = bounded(came, 999)
    unread = notices.unread(actor)
    figures["notifications"] = bounded(unread, notices.SHOWN - 1) if unread else ""
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
    path("_pick/colleagues/", pick_colleague),
    path("_pick/values/<slug:code>/", pick_value),
    path("_pick/<slug:slug>/", pick),
    path("<slug:slug>/<int:record_id>/_reveal/<slug:key>/", reveal),
]
