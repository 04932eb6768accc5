"""The import wizard: choose a file, say which column is what, look at the plan, carry it out, take it back."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from guanxi.kernel import jobs
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.dates import ago
from guanxi.kernel.models import Job
from guanxi.kernel.whole import whole
from guanxi.surfaces.exchange import export_pages, template
from guanxi.surfaces.exchange.cells import as_text
from guanxi.surfaces.exchange.importing import chosen, committing, in_force, opening, planning, report, targets, undoing, words
from guanxi.surfaces.exchange.importing.showing import Shown, rows_page, state_of, steps, word_of
from guanxi.surfaces.exchange.models import ImportRun
from guanxi.surfaces.exchange.refusal import Refused
from guanxi.surfaces.pages.frame import actor_of, entity_or_404, fragment, page, signed_in

#: States in which a job works and the page looks again every second.
BUSY = ("planning", "committing", "undoing")


def run_or_404(request: HttpRequest, slug: str, run_id: int) -> tuple[Entity, ImportRun]:
    """A run of one's own; to everybody else it does not exist."""
    entity = entity_or_404(request, slug, "import")
    run = ImportRun.objects.filter(pk=run_id, entity=entity.key, actor_id=actor_of(request).id).first()
    if run is None:
        raise Http404
    return entity, run


def last_job(run: ImportRun) -> int | None:
    """The last commit, or the preview where there was none."""
    return run.commit_jobs[-1] if run.commit_jobs else run.plan_job


@signed_in
def begin(request: HttpRequest, slug: str) -> HttpResponse:
    """Drop a file here; below it, the imports before."""
    entity, actor = entity_or_404(request, slug, "import"), actor_of(request)
    message = ""
    if request.method == "POST":
        upload = request.FILES.get("file")
        if upload is None:
            message = _("Choose a file first.")
        else:
            try:
                with transaction.atomic():
                    run = opening.keep(entity, actor, upload)
                return HttpResponseRedirect(f"/{slug}/import/{run.pk}/")
            except Refused as refusal:
                message = refusal.reason
    earlier = ImportRun.objects.filter(entity=entity.key, actor_id=actor.id).exclude(state="draft").order_by("-id")[:10]
    context = {"entity": entity, "message": message, "earlier": earlier, "steps": steps("draft", 0), "state_of": state_of, "when": ago}
    return page(request, "exchange/upload.html", context, title=_("Import"), status=422 if message else 200)


@signed_in
@require_GET
def blank(request: HttpRequest, slug: str) -> Any:
    """A workbook with the headings that an import knows."""
    entity = entity_or_404(request, slug, "import")
    with TemporaryDirectory() as folder:
        place = Path(folder) / "template.xlsx"
        template.write(place, entity, actor_of(request))
        content = BytesIO(place.read_bytes())
    return FileResponse(content, as_attachment=True, filename=f"{entity.label_plural} {_('import template')}.xlsx")


@signed_in
@require_GET
def show(request: HttpRequest, slug: str, run_id: int) -> HttpResponse:
    """The run where it stands; `?map=1` goes back to the mapping of a plan that was not carried out."""
    entity, run = run_or_404(request, slug, run_id)
    if run.state == "draft" or (run.state == "planned" and request.GET.get("map")):
        return mapping(request, entity, run)
    return standing(request, entity, run)


def standing(request: HttpRequest, entity: Entity, run: ImportRun, message: str = "") -> HttpResponse:
    """The whole page of a run, with what is wrong where something is."""
    context = {"entity": entity, "message": message, **region(request, run)}
    return page(request, "exchange/run.html", context, title=_("Import"), status=422 if message else 200)


def region(request: HttpRequest, run: ImportRun) -> dict[str, Any]:
    """What the part of the page shows that refreshes while a job works."""
    shown = Shown(run, actor_of(request))
    number = {"planning": run.plan_job, "undoing": run.undo_job}.get(run.state) or last_job(run) or 0
    return {
        "run": run,
        "shown": shown,
        "job": Job.objects.filter(pk=number).first(),
        "busy": run.state in BUSY,
        "steps": steps(run.state, len(run.unknown)),
        "unknown": words.questions(run, actor_of(request)) if run.state == "planned" else [],
        "in_force": in_force.answers(run, actor_of(request)) if run.state == "planned" else [],
        "rows": rows_page(run, request.GET.get("show", ""), request.GET.get("after", "")) if run.state not in BUSY else None,
        "word": word_of,
    }


@signed_in
@require_GET
def look(request: HttpRequest, slug: str, run_id: int) -> HttpResponse:
    """The refreshing part alone."""
    entity, run = run_or_404(request, slug, run_id)
    if run.state == "draft":
        return HttpResponse(headers={"HX-Redirect": f"/{slug}/import/{run.pk}/"})
    return fragment(request, "exchange/region.html", {"entity": entity, **region(request, run)})


def mapping(request: HttpRequest, entity: Entity, run: ImportRun, message: str = "") -> HttpResponse:
    """Columns with samples, what each goes to, and how rows find their records."""
    actor = actor_of(request)
    try:
        head = opening.head(run, sheet=run.sheet, header=run.header)
    except Refused as refusal:
        refused = {"entity": entity, "message": refusal.reason, "earlier": [], "steps": steps("draft", 0)}
        return page(request, "exchange/upload.html", refused, title=_("Import"), status=422)
    below = targets.children(entity, actor)
    goals = targets.targets(entity, actor)
    context = {
        "entity": entity,
        "run": run,
        "head": head,
        "steps": steps("mapping", 0),
        "message": message,
        "text": as_text,
        "own": [t for t in goals.values() if not t.via],
        "below": [(str(child.label_plural), [t for t in goals.values() if t.key.startswith(f"{back}.")]) for back, child, _v in below],
        "keys": [goals[k] for k in targets.match_keys(entity, goals, set(goals))],
        "people": export_pages.people(actor_of(request)),
        "remembered": targets.remembered(entity, actor, run.headers) is not None,
    }
    return page(request, "exchange/mapping.html", context, title=_("Import"), status=422 if message else 200)


@signed_in
@require_POST
def reread(request: HttpRequest, slug: str, run_id: int) -> HttpResponse:
    """Another sheet, or another row of headings."""
    entity, run = run_or_404(request, slug, run_id)
    if run.state in ("draft", "planned"):
        header = whole(request.POST.get("header", ""))
        sheet = request.POST.get("sheet", run.sheet)
        at = header - 1 if header is not None and sheet == run.sheet else None
        try:
            opening.read(run, entity, actor_of(request), sheet=sheet, header=at)
            run.state = "draft"
            run.save()
        except Refused as refusal:
            return mapping(request, entity, run, refusal.reason)
    return HttpResponseRedirect(f"/{slug}/import/{run.pk}/")


@signed_in
@require_POST
@transaction.atomic
def preview(request: HttpRequest, slug: str, run_id: int) -> HttpResponse:
    """Keep mapping and options, and plan."""
    entity, run = run_or_404(request, slug, run_id)
    if run.state not in ("draft", "planned"):
        return HttpResponseRedirect(f"/{slug}/import/{run.pk}/")
    actor = actor_of(request)
    message = chosen.read_mapping(run, entity, actor, request.POST)
    if message:
        return mapping(request, entity, run, message)
    targets.remember(entity, actor, run.headers, run.mapping, run.options)
    planning.begin(run, actor)
    return HttpResponseRedirect(f"/{slug}/import/{run.pk}/")


@signed_in
@require_POST
@transaction.atomic
def settle_words(request: HttpRequest, slug: str, run_id: int) -> HttpResponse:
    """What unknown words of choice columns mean, once for all rows; then plan again."""
    entity, run = run_or_404(request, slug, run_id)
    run = ImportRun.objects.select_for_update().get(pk=run.pk)
    if run.state == "planned":
        if words.stale(run, request.POST):
            return standing(request, entity, run, _("The preview was made anew since you opened this page. Answer again what it asks now."))
        if again := request.POST.get("again", ""):
            words.ask_again(run, again)
        else:
            words.settle(run, actor_of(request), request.POST)
        targets.remember(entity, actor_of(request), run.headers, run.mapping, run.options)
        planning.begin(run, actor_of(request))
    return HttpResponseRedirect(f"/{slug}/import/{run.pk}/")


@signed_in
@require_POST
@transaction.atomic
def commit(request: HttpRequest, slug: str, run_id: int) -> HttpResponse:
    """Carry the plan out, or go on with one that was cancelled. Pressed twice, it runs once."""
    _entity, run = run_or_404(request, slug, run_id)
    run = ImportRun.objects.select_for_update().get(pk=run.pk)
    if run.state in ("planned", "cancelled"):
        committing.begin(run, actor_of(request))
    return HttpResponseRedirect(f"/{slug}/import/{run.pk}/")


@signed_in
@require_POST
def cancel(request: HttpRequest, slug: str, run_id: int) -> HttpResponse:
    """Stop the job that works now; what it has committed stays and is listed."""
    _entity, run = run_or_404(request, slug, run_id)
    job = Job.objects.filter(
        pk={"planning": run.plan_job, "undoing": run.undo_job, "committing": last_job(run)}.get(run.state) or 0
    ).first()
    if job is not None:
        jobs.cancel(job)
        job.refresh_from_db()
        if job.state == "cancelled":
            back = {"planning": "draft", "committing": "cancelled", "undoing": "done"}[run.state]
            ImportRun.objects.filter(pk=run.pk).update(state=back)
    return HttpResponseRedirect(f"/{slug}/import/{run.pk}/")


@signed_in
@require_POST
@transaction.atomic
def undo(request: HttpRequest, slug: str, run_id: int) -> HttpResponse:
    """Take the import back."""
    _entity, run = run_or_404(request, slug, run_id)
    run = ImportRun.objects.select_for_update().get(pk=run.pk)
    if run.state in ("done", "cancelled") and run.commit_jobs:
        undoing.begin(run, actor_of(request))
    return HttpResponseRedirect(f"/{slug}/import/{run.pk}/")


@signed_in
@require_GET
def errors(request: HttpRequest, slug: str, run_id: int) -> Any:
    """The rows that are not imported, as a workbook to correct."""
    _entity, run = run_or_404(request, slug, run_id)
    place = jobs.folder(last_job(run) or 0) / report.NAME
    report.write(run, place)
    stem = run.name.rsplit(".", 1)[0]
    return FileResponse(place.open("rb"), as_attachment=True, filename=f"{stem} {_('not imported')}.xlsx")


urls = [
    *export_pages.urls,
    path("<slug:slug>/import/", begin),
    path("<slug:slug>/import/template/", blank),
    path("<slug:slug>/import/<int:run_id>/", show),
    path("<slug:slug>/import/<int:run_id>/look/", look),
    path("<slug:slug>/import/<int:run_id>/sheet/", reread),
    path("<slug:slug>/import/<int:run_id>/plan/", preview),
    path("<slug:slug>/import/<int:run_id>/words/", settle_words),
    path("<slug:slug>/import/<int:run_id>/commit/", commit),
    path("<slug:slug>/import/<int:run_id>/cancel/", cancel),
    path("<slug:slug>/import/<int:run_id>/undo/", undo),
    path("<slug:slug>/import/<int:run_id>/errors/", errors),
]
