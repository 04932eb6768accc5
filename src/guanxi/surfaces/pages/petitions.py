"""Requests to see what is closed: what waits for me, what I decided, what I asked for."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from guanxi.kernel import directory, disclosure, petitions, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.fields.dates import ago
from guanxi.kernel.history import PARTS
from guanxi.kernel.models import Petition
from guanxi.kernel.registry import registry
from guanxi.surfaces.days import last_day
from guanxi.surfaces.pages.chrome import PLACES, Place
from guanxi.surfaces.pages.frame import actor_of, fragment, go, page, signed_in

ASKED = {
    "basic": gettext_lazy("Basic information"),
    "business": gettext_lazy("Business information"),
    "all": gettext_lazy("Everything about it"),
}
STATES = {
    "open": (gettext_lazy("waiting"), "a"),
    "granted": (gettext_lazy("granted"), "g"),
    "refused": (gettext_lazy("refused"), "r"),
    "withdrawn": (gettext_lazy("withdrawn"), ""),
}
TABS = {"inbox": petitions.inbox, "decided": petitions.decided, "mine": petitions.mine}


@signed_in
def show(request: HttpRequest) -> HttpResponse:
    """The three lists; `?tab=` chooses."""
    actor = actor_of(request)
    tab = request.GET.get("tab", "")
    if tab not in TABS:
        tab = "inbox" if petitions.inbox(actor) else "mine"
    labels = {"inbox": _("Waiting for me"), "decided": _("Decided by me"), "mine": _("Asked by me")}
    rows = TABS[tab](actor)
    context = {
        "tabs": [{"label": words, "url": f"/petitions/?tab={code}", "on": code == tab} for code, words in labels.items()],
        "tab": tab,
        "rows": drawn(rows, actor),
        "entities": [e for e in petitions.askable() if actor.may(e.key, "view") and "all" not in actor.arms(e.key, "view")],
        "parts": {part: PARTS[part] for part in petitions.GRANTED},
    }
    return page(request, "pages/petitions.html", context, title=_("Requests"))


def drawn(rows: list[Petition], actor: Actor) -> list[dict[str, Any]]:
    """Petitions in words; the name of a record as this reader may know it."""
    told: dict[int, disclosure.Told] = {}
    for key in {p.entity for p in rows}:
        told |= disclosure.told(registry.get(key), [p.record for p in rows if p.entity == key], actor)
    return [{**_one(p, told.get(p.record)), "face": directory.picture(p.asked_by, actor)} for p in rows]


def _one(petition: Petition, told: disclosure.Told | None) -> dict[str, Any]:
    entity = registry.get(petition.entity)
    state, tone = STATES[petition.state]
    return {
        "id": petition.pk,
        "open": petition.state == "open",
        "entity": entity,
        "url": f"/{entity.slug}/{petition.record}/" if told and told.visible else "",
        "title": told.title if told else "—",
        # Who owns it now is told while it is asked for, and to who sees it anyway.
        "owner": told.owner if told and (told.visible or petition.state == "open") else "",
        "who": directory.person_name(petition.asked_by),
        "when": ago(petition.asked_at),
        "asked": ASKED.get(petition.asked, petition.asked),
        "wanted": petitions.ASKED.get(petition.asked, ""),
        "reason": petition.reason,
        "state": state,
        "tone": tone,
        "part": PARTS.get(petition.part, ""),
        "until": timezone.localtime(petition.until).strftime("%Y-%m-%d") if petition.until else "",
        "answer": petition.answer,
        "decided_by": directory.person_name(petition.decided_by),
    }


@signed_in
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for a record by its name, in the modal."""
    actor, entity = actor_of(request), registry.by_slug(slug)
    if entity is None or entity not in petitions.askable() or not actor.may(entity.key, "view"):
        raise Http404
    given = request.POST if request.method == "POST" else request.GET
    values = {key: given.get(key, "") for key in ("name", "reason")} | {"asked": given.get("asked", "basic")}
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            petitions.ask(entity, values["name"], values["asked"], values["reason"], actor=actor)
            return go(request, "/petitions/?tab=mine", _("Asked. You see here when it is decided."))
        except write.Invalidated as refusal:
            errors = refusal.errors
    context = {"entity": entity, "values": values, "errors": errors, "asked": ASKED, "action": f"/petitions/new/{slug}/"}
    return fragment(request, "pages/petition_new.html", context, status=422 if errors else 200)


@signed_in
@require_POST
def decide(request: HttpRequest, number: int) -> HttpResponse:
    """Grant or refuse what somebody asked for."""
    refusing = "refuse" in request.POST
    try:
        petitions.decide(
            number,
            part="" if refusing else request.POST.get("part", "") or "-",
            until=last_day(request.POST.get("until", "")),
            answer=request.POST.get("answer", ""),
            actor=actor_of(request),
        )
    except write.NotFound:
        raise Http404 from None
    except write.Invalidated as refusal:
        return go(request, "/petitions/?tab=inbox", " ".join(refusal.errors.values()))
    return go(request, "/petitions/?tab=inbox", _("Refused") if refusing else _("Opened"))


@signed_in
@require_POST
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Take back what one has asked."""
    try:
        petitions.withdraw(number, actor=actor_of(request))
    except write.NotFound:
        raise Http404 from None
    return go(request, "/petitions/?tab=mine", _("Withdrawn"))


PLACES.append(Place("petitions", "/petitions/", "git-pull-request", lambda: _("Requests"), lambda actor: bool(actor.grants)))
urls = [
    path("petitions/", show),
    path("petitions/new/<slug:slug>/", new),
    path("petitions/<int:number>/decide/", decide),
    path("petitions/<int:number>/withdraw/", withdraw),
]
