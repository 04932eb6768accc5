"""Many records at once: the dialogues say exactly what would happen before it does; few are done now, many become a job."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from guanxi.kernel import history, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field
from guanxi.kernel.write.transferring import LONGEST
from guanxi.surfaces import bulk, bulk_jobs, handing, retrying
from guanxi.surfaces.bulk import Wish
from guanxi.surfaces.pages import along, jobs, sent
from guanxi.surfaces.pages.form import posted, refused
from guanxi.surfaces.pages.frame import actor_of, entity_or_404, fragment, go, reader_of, signed_in, toast, triggers
from guanxi.surfaces.pages.meant import Moved, meant, selected

#: Refused records that a dialogue names.
NAMED = 100


@signed_in
def transfer(request: HttpRequest, slug: str) -> HttpResponse:
    """Give the selected records to somebody else: the modal asks to whom, POST does it."""
    entity = entity_or_404(request, slug, "transfer")
    field = entity.fields["owner"]
    if request.method == "POST":
        return answer(request, entity, wish_of(request, entity, "transfer"))
    # From a list the dialogue follows what is ticked there; from a record it is about that record.
    context = {"control": field.kind.input(field, None, reader_of(request)), "bulk": "view" in request.GET, "longest": LONGEST}
    return _dialogue(request, entity, "transfer", context)


@signed_in
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Set one field on the selected records."""
    entity = entity_or_404(request, slug, "edit")
    writable = settable(entity, actor_of(request))
    key = request.POST.get("field", "") or request.GET.get("field", "")
    if request.method == "POST" and key in writable:
        return answer(request, entity, wish_of(request, entity, "edit"))
    reader = reader_of(request)
    chosen = writable.get(key)
    context = {
        "fields": [(k, str(f.label)) for k, f in writable.items() if k != "owner"],
        "chosen": key,
        "control": chosen.kind.input(chosen, chosen.kind.blank, reader) if chosen else "",
        "bulk": True,
    }
    return _dialogue(request, entity, "bulk_edit", context)


def settable(entity: Entity, actor: Actor) -> dict[str, Field]:
    """Fields that may say the same of many records: a picture is a file of its own record."""
    return {k: f for k, f in entity.writable(actor).items() if k not in entity.hidden_in_form and not f.unique and f.kind.name != "image"}


@signed_in
def delete(request: HttpRequest, slug: str) -> HttpResponse:
    """Deactivate the selected records."""
    entity = entity_or_404(request, slug, "delete")
    if request.method == "POST":
        return answer(request, entity, wish_of(request, entity, "delete"))
    return _dialogue(request, entity, "bulk_delete", {"bulk": True})


def _dialogue(request: HttpRequest, entity: Entity, template: str, context: dict[str, Any]) -> HttpResponse:
    verb = {"transfer": "transfer", "bulk_edit": "edit", "bulk_delete": "delete"}[template]
    shown = {
        "entity": entity,
        "ids": request.GET.get("ids", ""),
        "action": request.get_full_path(),
        "rehearsal": rehearsal_url(request, entity, verb),
    }
    return fragment(request, f"pages/{template}.html", {**shown, **context})


def rehearsal_url(request: HttpRequest, entity: Entity, verb: str) -> str:
    """Where a dialogue asks what would happen, for the same list."""
    state = request.GET.copy()
    for key in ("ids", "field"):
        state.pop(key, None)
    return f"/{entity.slug}/_rehearse/{verb}/?{state.urlencode()}"


def wish_of(request: HttpRequest, entity: Entity, verb: str) -> Wish:
    """What a dialogue asks for."""
    if verb == "edit":
        key = request.POST.get("field", "")
        fields = settable(entity, actor_of(request))
        return Wish(entity.slug, verb, posted(request, {key: fields[key]}) if key in fields else {})
    if verb == "transfer":
        given = {key: request.POST.get(key, "") for key in ("owner", "reason")}
        return Wish(entity.slug, verb, {**given, "along": request.POST.getlist("along")})
    action = entity.action(verb) if verb not in bulk.VERBS else None
    return Wish(entity.slug, verb, posted(request, action.fields(entity)) if action else {})


@signed_in
@require_POST
def rehearse(request: HttpRequest, slug: str, verb: str) -> HttpResponse:
    """What would change, what not, and what is refused with the reason: for the dialogue that is open."""
    entity, actor = entity_or_404(request, slug), actor_of(request)
    if not bulk.allowed(entity, verb, actor):
        raise Http404
    wish = wish_of(request, entity, verb)
    try:
        found = meant(request, entity)
    except write.Invalidated as refusal:
        return fragment(request, "pages/bulk_counts.html", {"refusal": _first(refusal)})
    ids = list(found.ids)
    told: dict[str, Any] = {"mark": found.mark, "moved": found.moved}
    with_them = along.shown(entity, ids, wish, actor) if verb == "transfer" and ids else {}
    if not ids or (verb == "edit" and not wish.values) or (verb == "transfer" and not wish.values["owner"]):
        return fragment(request, "pages/bulk_counts.html", {**told, **with_them}) if with_them else HttpResponse("")
    return fragment(request, "pages/bulk_counts.html", {**told, **with_them, **_counted(request, entity, wish, ids)})


def _counted(request: HttpRequest, entity: Entity, wish: Wish, ids: list[int]) -> dict[str, Any]:
    """Context of what would happen, or of why it is not counted."""
    if len(ids) > bulk.AT_ONCE:
        return {"many": f"{bulk.AT_ONCE:,}"}
    try:
        outcome = bulk.glance(wish, entity, ids, actor_of(request))
    except write.Refused as refusal:
        return {"refusal": _first(refusal)}
    if outcome is None:
        return {"refusal": _("Not counted: somebody is saving some of these records, or it takes too long. You can go on all the same.")}
    return counts(request, entity, outcome, before=True)


def _first(refusal: write.Refused) -> str:
    return next(iter(refusal.errors.values()), "") if isinstance(refusal, write.Invalidated) else str(refusal)


def counts(request: HttpRequest, entity: Entity, outcome: write.Outcome, *, before: bool) -> dict[str, Any]:
    """Context of `pages/bulk_counts.html`: figures in words, and the refused with their reasons."""
    lines = bulk.refusals(entity, outcome, reader_of(request))
    figures = [(jobs.counted(code), f"{n:,}", code) for code, n in bulk.figures(outcome, before=before).items()]
    return {"figures": figures, "refused": lines[:NAMED], "further": max(0, len(lines) - NAMED)}


def answer(request: HttpRequest, entity: Entity, wish: Wish, *, asking: bool = False) -> HttpResponse:
    """Do it and say exactly how many were changed, unchanged and refused; more than one request can do is counted by a job first.

    With `asking` what was refused as a whole is raised, for a form to show.
    """
    try:
        ids = selected(request, entity)
        if len(ids) > bulk.AT_ONCE:
            return _later(request, entity, wish)
        outcome = bulk.perform(wish, entity, ids, actor_of(request))
    except Moved as moved:
        return _look_again(request, str(moved))
    except (write.Invalidated, ValueError) as refusal:
        if asking:
            raise
        return toast(HttpResponse(status=422), str(refusal), level="error")
    except write.Refused as refusal:
        return refused(request, str(refusal))
    return said(request, entity, outcome, undo=undo_address(outcome) if wish.verb in bulk.VERBS else "")


def _look_again(request: HttpRequest, why: str) -> HttpResponse:
    """Nothing is done: a dialogue counts again, and where none is open the list is to be read anew."""
    response = triggers(HttpResponse(status=204), bulk__moved="")
    return toast(response, why, level="error", link="" if _in_dialogue(request) else reading(request), to=_("Reload the list"))


def _in_dialogue(request: HttpRequest) -> bool:
    return request.headers.get("HX-Target") == "modal"


def reading(request: HttpRequest) -> str:
    """The address of the list from which something was asked, as it is now."""
    state = request.GET.copy()
    state.pop("seen", None)
    return f"/{request.path.split('/')[1]}/?{state.urlencode()}"


def said(request: HttpRequest, entity: Entity, outcome: write.Outcome, *, undo: str = "") -> HttpResponse:
    """The toast of what was done; a dialogue stays with what was refused and why, where there are several records."""
    level = "ok" if outcome.written else "info"
    if outcome.refused and len(outcome.written) + len(outcome.refused) + len(outcome.sent) > 1:
        response = fragment(request, "pages/bulk_result.html", counts(request, entity, outcome, before=False))
        response["HX-Retarget"], response["HX-Reswap"] = "#modal", "innerHTML"
        return triggers(toast(response, outcome_words(outcome), undo=undo, level=level), list__changed="", record__changed="")
    response = toast(HttpResponse(status=204), outcome_words(outcome), undo=undo, level=level)
    return triggers(response, list__changed="", record__changed="", modal__close="")


def _later(request: HttpRequest, entity: Entity, wish: Wish) -> HttpResponse:
    if "view" not in request.GET or request.POST.get("all") != "1":
        message = _("Select at most %(most)d records at once.") % {"most": bulk.AT_ONCE}
        return toast(HttpResponse(status=422), message, level="error")
    from guanxi.surfaces.pages.listing import rows_of, state_of

    state, actor = state_of(request, entity), actor_of(request)
    total = rows_of(state, actor).order_by().count()
    job = bulk_jobs.begin(wish, entity, [state.tab.where, state.where], state.tab.among, total=total, actor=actor.person)
    return go(request, f"/jobs/{job.pk}/")


def outcome_words(outcome: write.Outcome) -> str:
    """3 changed, 4 sent for review, 1 unchanged, 2 refused, with the first reason."""
    n = len(outcome.written) + sum(len(each.written) for each in outcome.along.values())
    words = [ngettext("%(n)d record changed", "%(n)d records changed", n) % {"n": n}] if n or not outcome.sent else []
    if outcome.sent:
        words.append(sent.counted(len(outcome.sent)))
    if outcome.unchanged:
        words.append(_("%(n)d unchanged") % {"n": len(outcome.unchanged)})
    if outcome.refused:
        first = next(iter(next(iter(outcome.refused.values())).values()), "")
        words.append(_("%(n)d refused: %(why)s") % {"n": len(outcome.refused), "why": first})
    return ", ".join(words)


def undo_address(outcome: write.Outcome) -> str:
    """The address that takes a bulk write back."""
    for row in outcome.written.values():
        changes = history.of_record(row.id, limit=1)
        if changes:
            return f"/_undo/{changes[0].write_id}/"
    return ""


@signed_in
@require_POST
def go_ahead(request: HttpRequest, job_id: int) -> HttpResponse:
    """Have done what a job has counted."""
    return _next(request, job_id, bulk_jobs.go_ahead)


@signed_in
@require_POST
def take_back(request: HttpRequest, job_id: int) -> HttpResponse:
    """Have a job taken back as a whole."""
    return _next(request, job_id, bulk_jobs.take_back)


@signed_in
@require_POST
def again(request: HttpRequest, job_id: int) -> HttpResponse:
    """Have a job that failed or was stopped go on."""
    return _next(request, job_id, lambda job, actor: retrying.again(job))


def _next(request: HttpRequest, job_id: int, start: Any) -> HttpResponse:
    try:
        job = start(jobs.own(request, job_id), actor=actor_of(request))
    except write.Invalidated as refusal:
        return go(request, f"/jobs/{job_id}/", " ".join(refusal.errors.values()))
    return go(request, f"/jobs/{job.pk}/")


jobs.OFFERS += [retrying.offers, bulk_jobs.offers, handing.offers]
urls = [
    path("jobs/<int:job_id>/again/", again),
    path("jobs/<int:job_id>/go/", go_ahead),
    path("jobs/<int:job_id>/back/", take_back),
    path("<slug:slug>/_transfer/", transfer),
    path("<slug:slug>/_bulk/", edit),
    path("<slug:slug>/_delete/", delete),
    path("<slug:slug>/_rehearse/<slug:verb>/", rehearse),
]
