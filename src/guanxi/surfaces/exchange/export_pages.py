"""The export dialogue: format and columns; few rows are answered at once, many become a job."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.urls import path
from django.utils.translation import gettext as _

from guanxi.kernel import directory
from guanxi.kernel.actor import Actor
from guanxi.kernel.condition import tree
from guanxi.kernel.condition.tree import ConditionError
from guanxi.kernel.entity import Entity
from guanxi.kernel.whole import wholes
from guanxi.surfaces.exchange import exporting
from guanxi.surfaces.exchange.exporting import Export, Wish, exportable
from guanxi.surfaces.pages.frame import actor_of, entity_or_404, fragment, go, page, signed_in, toast


def people(actor: Actor) -> list[directory.Entry]:
    """Everybody to whom the actor may give records, by name."""
    return sorted((e for e in directory.colleagues(actor).values() if e.active), key=lambda e: e.name)


def wish_of(entity: Entity, given: QueryDict, pool: int | None = None) -> Wish:
    """Read the state of the list and the choices of the dialogue. Raises ConditionError."""
    where = tree.read(str(given["where"])) if given.get("where") else None
    everything = given.get("all") == "1"
    ids = () if everything else tuple(wholes(given.get("ids", "")))
    form = given.get("format", "xlsx")
    columns = tuple(given.getlist("column"))
    return Wish(
        entity.key,
        view=given.get("view", ""),
        where=where,
        sort=given.get("sort", ""),
        ids=ids,
        columns=columns,
        format=form if form in exporting.formats(entity) else "xlsx",
        pool=pool,
    )


@signed_in
def export(request: HttpRequest, slug: str) -> Any:
    """GET asks what and how, POST gives the file or starts the job."""
    entity = entity_or_404(request, slug, "export")
    given = request.POST if request.method == "POST" else request.GET
    try:
        wanted = Export(wish_of(entity, given, actor_of(request).pool), actor_of(request))
        rows = wanted.rows()
        wanted.sort(rows)
        count = rows.bounded_count(exporting.AT_ONCE)
    except ConditionError as error:
        if request.headers.get("HX-Request"):
            return toast(HttpResponse(status=400), str(error), level="error")
        context = {"entity": entity, "message": str(error), "back": f"/{slug}/"}
        return page(request, "pages/refused.html", context, title=_("Export"), status=400)
    if request.method != "POST":
        return dialogue(request, entity, wanted, count)
    if count <= exporting.AT_ONCE:
        return at_once(wanted)
    with transaction.atomic():
        job = exporting.begin(wanted, rows.order_by().count())
    return go(request, f"/jobs/{job.pk}/", _("The export is being written; you can leave this page."))


def dialogue(request: HttpRequest, entity: Entity, wanted: Export, count: int) -> HttpResponse:
    """Format and columns; in a modal, or as a page where there is no script."""
    actor = actor_of(request)
    chosen = list(wanted.tab.columns) if wanted.tab and wanted.tab.columns else list(entity.columns)
    everything = exportable(entity, actor)
    visible = entity.visible(actor)
    context: dict[str, Any] = {
        "entity": entity,
        "wish": wanted.wish,
        "where": json.dumps(wanted.wish.where, ensure_ascii=False) if wanted.wish.where else "",
        "count": count,
        "most": exporting.AT_ONCE,
        "formats": exporting.formats(entity),
        "columns": [(k, str(visible[k].label), k in chosen) for k in everything],
    }
    if request.headers.get("HX-Request"):
        return fragment(request, "exchange/export.html", context)
    return page(request, "exchange/export_page.html", context, title=_("Export"))


def at_once(wanted: Export) -> FileResponse:
    """The file in the answer; it leaves nothing on disk."""
    place = Path(settings.MEDIA_ROOT) / "exports" / f"{uuid4().hex}.{wanted.wish.format}"
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        count = wanted.write(place, wanted.cells(wanted.rows()))
        file = BytesIO(place.read_bytes())
    finally:
        place.unlink(missing_ok=True)
    wanted.log(count)
    response = FileResponse(file, as_attachment=True, filename=wanted.filename())
    response["Cache-Control"] = "private, no-store"
    return response


urls = [path("<slug:slug>/export/", export)]
