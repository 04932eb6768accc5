"""Who takes part in a record beside its owner: shown on the record, opened and closed one by one or for many records."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from guanxi.kernel import directory, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.history import PARTS
from guanxi.kernel.whole import whole
from guanxi.kernel.write import Grantee, sharing
from guanxi.surfaces.bulk import AT_ONCE
from guanxi.surfaces.days import last_day
from guanxi.surfaces.pages import sent
from guanxi.surfaces.pages.form import refused
from guanxi.surfaces.pages.frame import actor_of, entity_or_404, fragment, record_or_404, signed_in, toast, triggers
from guanxi.surfaces.pages.meant import selected

CIRCLES = {
    "department": gettext_lazy("Departments"),
    "team": gettext_lazy("Teams"),
    "position": gettext_lazy("Positions"),
    "role": gettext_lazy("Roles"),
}
ABOUT = {"co_owner": "b", "collaborator": "g", "viewer": "", "basic": ""}


@signed_in
def of_record(request: HttpRequest, slug: str, record_id: int) -> HttpResponse:
    """The region of a record that names its participants."""
    entity = entity_or_404(request, slug)
    record = record_or_404(request, entity, record_id)
    if actor_of(request).pool is not None:
        return HttpResponse("")  # a record of a pool is nobody's to open
    return fragment(request, "pages/participants.html", region(entity, record, actor_of(request)))


def region(entity: Entity, record: Any, actor: Actor) -> dict[str, Any]:
    """Context of `pages/participants.html`."""
    may = actor.may(entity.key, "transfer") and entity.rows(actor, "transfer").filter(id=record.id).exists()
    shown = []
    for row in sharing.participants(entity, record.id):
        name = directory.grantee_told(row.to, row.grantee, actor, row.company)
        face = directory.picture(row.grantee, actor) if row.to == "person" else ""
        own = row.to == "person" and row.grantee == actor.id
        last = timezone.localtime(row.until).strftime("%Y-%m-%d") if row.until else ""
        said = {"part": PARTS.get(row.part, row.part), "tone": ABOUT.get(row.part, ""), "until": last}
        shown.append({"id": row.pk, "name": name, "person": row.to == "person", "face": face, "removable": may or own, **said})
    return {"entity": entity, "record": record, "participants": shown, "may": may, "url": f"/{entity.slug}/{record.id}/_participants/"}


@signed_in
def add(request: HttpRequest, slug: str) -> HttpResponse:
    """Open the selected records: the modal asks to whom and how far, POST does it."""
    entity, actor = entity_or_404(request, slug, "transfer"), actor_of(request)
    given = request.POST if request.method == "POST" else request.GET
    people = sorted((e for e in directory.colleagues(actor).values() if e.active), key=lambda e: e.name)
    context: dict[str, Any] = {
        "entity": entity,
        "ids": given.get("ids", ""),
        "people": [e for e in people if e.id != actor.id],
        "circles": [(to, word, [e for e in directory.grantees(to, actor).values() if e.active]) for to, word in CIRCLES.items()],
        "parts": PARTS,
        "chosen": given.get("part", "viewer"),
        "until": given.get("until", ""),
        "picked": set(given.getlist("to")),
        "action": request.get_full_path(),
        "bulk": "view" in request.GET,
        "errors": {},
    }
    if request.method != "POST":
        return fragment(request, "pages/share.html", context)
    try:
        ids = selected(request, entity)
    except write.Invalidated as refusal:
        return refused(request, str(refusal))
    if len(ids) > AT_ONCE:
        return refused(request, _("Select at most %(most)d records at once.") % {"most": AT_ONCE})
    try:
        opened = write.share(
            entity, ids, _grantees(given.getlist("to")), given.get("part", ""), last_day(given.get("until", "")),
            actor=actor, door="share",
        )  # fmt: skip
    except write.Invalidated as refusal:
        return fragment(request, "pages/share.html", {**context, "errors": refusal.errors}, status=422)
    except write.NotFound:
        return refused(request, _("Only who may hand a record over may open it to others."))
    words = ngettext("%(n)s record opened.", "%(n)s records opened.", opened.done) % {"n": opened.done}
    if opened.sent:
        words = " · ".join([*([words] if opened.done else []), sent.counted(opened.sent)])
    events = {"modal__close": "", "participants__changed": "", **({"record__changed": ""} if opened.sent else {})}
    return toast(triggers(HttpResponse(status=204), **events), words, link="/reviews/?tab=mine" if opened.sent else "")


@signed_in
@require_POST
def remove(request: HttpRequest, slug: str, record_id: int, share_id: int) -> HttpResponse:
    """End one share."""
    entity, actor = entity_or_404(request, slug), actor_of(request)
    record_or_404(request, entity, record_id)
    try:
        write.unshare(entity, record_id, share_id, actor=actor, door="share")
    except write.NotFound:
        raise Http404 from None
    except write.Forbidden as refusal:
        return refused(request, str(refusal))
    return toast(triggers(HttpResponse(status=204), participants__changed=""), _("Saved"))


def _grantees(given: list[str]) -> list[Grantee]:
    """`person:12` and `department:3` as a form sends them; anything else names nobody."""
    pairs = (text.partition(":") for text in given)
    return [Grantee(to, whole(number) or 0) for to, _colon, number in pairs]


urls = [
    path("<slug:slug>/_share/", add),
    path("<slug:slug>/<int:record_id>/_participants/", of_record),
    path("<slug:slug>/<int:record_id>/_participants/<int:share_id>/remove/", remove),
]
