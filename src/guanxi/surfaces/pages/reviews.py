"""Reviews: what waits for one's agreement, with what would change; agreed to, refused or given back, one or several at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from guanxi.kernel import drafts, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.draft import Draft
from guanxi.kernel.whole import wholes
from guanxi.surfaces import tiles
from guanxi.surfaces.pages import review_facts
from guanxi.surfaces.pages.chrome import PLACES, Place
from guanxi.surfaces.pages.frame import actor_of, go, page, signed_in
from guanxi.surfaces.pages.review_words import card, refusal

SIZE = 30
#: So many are decided in one request.
MOST_AT_ONCE = 200
TABS = {"inbox": drafts.inbox, "others": drafts.others, "decided": drafts.decided, "mine": drafts.mine}
VERDICTS = {"approve": drafts.approve, "refuse": drafts.refuse, "back": drafts.give_back}


@signed_in
def show(request: HttpRequest) -> HttpResponse:
    """The lists; `?tab=` chooses."""
    return drawn(request, {})


def drawn(request: HttpRequest, failed: Mapping[int, str], status: int = 200) -> HttpResponse:
    """A list with what could not take effect."""
    actor = actor_of(request)
    tab = request.GET.get("tab", "")
    if tab not in TABS:
        tab = "inbox" if drafts.waiting(actor) else "mine"
    rows = TABS[tab](actor).order_by("number" if tab in ("inbox", "others") else "-number")
    before = max(0, min(int(request.GET.get("from", "0")) if request.GET.get("from", "0").isdecimal() else 0, 100_000))
    found = list(rows[before : before + SIZE + 1])
    context = {
        "tabs": _tabs(actor, tab),
        "tab": tab,
        "cards": cards(found[:SIZE], actor, failed),
        "several": tab in ("inbox", "others") and len(found) > 1,
        "here": f"/reviews/?tab={tab}",
        "previous": f"/reviews/?tab={tab}&from={max(0, before - SIZE)}" if before else "",
        "next": f"/reviews/?tab={tab}&from={before + SIZE}" if len(found) > SIZE else "",
        "range": f"{before + 1}–{before + len(found[:SIZE])}" if found else "0",
        "failed": failed,
    }
    return page(request, "pages/reviews.html", context, title=_("Reviews"), status=status)


def _tabs(actor: Actor, tab: str) -> list[dict[str, Any]]:
    labels = {
        "inbox": _("To be reviewed by me"),
        "others": _("For others to review"),
        "decided": _("Reviewed by me"),
        "mine": _("Sent by me"),
    }
    if tab != "others" and not drafts.others(actor).exists():
        del labels["others"]
    return [{"label": words, "url": f"/reviews/?tab={code}", "on": code == tab} for code, words in labels.items()]


def cards(found: list[Draft], actor: Actor, failed: Mapping[int, str]) -> list[dict[str, Any]]:
    """Drafts in words, with what went wrong."""
    numbers = [draft.number for draft in found]
    about = {draft.entity for draft in found}
    deciding = set(drafts.decidable(actor, about).filter(pk__in=numbers).values_list("number", flat=True)) if found else set()
    opened = drafts.opened(found, actor)
    facts = review_facts.of([draft for draft in found if draft.number in opened], actor)
    return [
        card(draft, actor, deciding=deciding, opened=draft.number in opened, facts=facts) | {"failed": failed.get(draft.number, "")}
        for draft in found
    ]


@signed_in
def one(request: HttpRequest, number: int) -> HttpResponse:
    """One draft, for its author and for who decides."""
    actor = actor_of(request)
    try:
        draft = drafts.get(number, actor)
    except write.NotFound:
        raise Http404 from None
    context = {"cards": cards([draft], actor, {}), "single": True, "here": f"/reviews/{number}/"}
    return page(request, "pages/reviews.html", context, title=_("Review"))


@signed_in
@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """Agree, refuse or give back: one, or those that were ticked."""
    actor = actor_of(request)
    verdict = next((v for v in VERDICTS if v in request.POST), "")
    numbers = list(dict.fromkeys(i for part in request.POST.getlist("ids") for i in wholes(part)))
    if not verdict or not 0 < len(numbers) <= MOST_AT_ONCE:
        return go(request, "/reviews/", _("Tick what you decide on."))
    done, failed = 0, {}
    for number in numbers:
        try:
            VERDICTS[verdict](number, request.POST.get("note", ""), actor=actor)
            done += 1
        except write.NotFound as missing:
            if not drafts.decides(number, actor):
                if len(numbers) == 1:
                    raise Http404 from None
                continue  # decided by somebody else meanwhile
            failed[number] = refusal(missing, drafts.get(number, actor), actor)
        except write.Invalidated as error:
            failed[number] = error.errors["note"] if "note" in error.errors else refusal(error, drafts.get(number, actor), actor)
        except write.Refused as error:
            failed[number] = refusal(error, drafts.get(number, actor), actor)
    if failed:
        return drawn(request, failed, status=409)
    said = (
        ngettext("%(n)d agreed to", "%(n)d agreed to", done)
        if verdict == "approve"
        else ngettext("%(n)d sent back", "%(n)d sent back", done)
    )
    return go(request, "/reviews/?tab=inbox", said % {"n": done})


@signed_in
@require_POST
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Take back what one has sent."""
    try:
        drafts.withdraw(number, actor=actor_of(request))
    except write.NotFound:
        raise Http404 from None
    return go(request, "/reviews/?tab=mine", _("Withdrawn"))


def tile(actor: Actor) -> tiles.Facts:
    """What waits for me, and what of mine waits for others."""
    own = drafts.mine(actor).filter(state="waiting").count()
    anew = drafts.mine(actor).filter(state="stale").count()
    rows = [
        (_("To be reviewed by me"), f"{drafts.waiting(actor):,}", "/reviews/?tab=inbox"),
        (_("Sent by me, waiting"), f"{own:,}", "/reviews/?tab=mine"),
    ]
    return tiles.Facts([*rows, (_("To be done anew by me"), f"{anew:,}", "/reviews/?tab=mine")] if anew else rows)


def concerned(actor: Actor) -> bool:
    """Whether anything could wait here for this person: where no role asks for review there is no such page in the menu."""
    return any(actor.may(entity, "view") for entity in actor.watched)


PLACES.append(Place("reviews", "/reviews/", "clipboard-check", lambda: _("Reviews"), concerned))
tiles.register(tiles.Tile("reviews", gettext_lazy("Reviews"), "side", tile, order=20, shown=concerned))
urls = [
    path("reviews/", show),
    path("reviews/decide/", decide),
    path("reviews/<int:number>/", one),
    path("reviews/<int:number>/withdraw/", withdraw),
]
