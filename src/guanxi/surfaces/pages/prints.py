"""Printing a record or a selection by one of the templates of its entity."""

from __future__ import annotations

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from guanxi.kernel.entity import Entity
from guanxi.kernel.whole import whole
from guanxi.kernel.write import Refused
from guanxi.surfaces.pages.frame import actor_of, entity_or_404, fragment, go, page, record_or_404, signed_in
from guanxi.surfaces.pages.meant import selected
from guanxi.surfaces.pages.record import title_of
from guanxi.surfaces.prints import printing, shelf
from guanxi.surfaces.prints.models import PrintTemplate


@signed_in
@require_GET
def choose(request: HttpRequest, slug: str, record_id: int) -> HttpResponse:
    """The templates by which a record can be printed."""
    entity = entity_or_404(request, slug)
    row = record_or_404(request, entity, record_id)
    context = {
        "entity": entity,
        "title": title_of(entity, row, actor_of(request)),
        "templates": shelf.of(entity),
        "url": f"/{slug}/{row.id}/_print/",
    }
    return fragment(request, "pages/print.html", context)


@signed_in
@require_GET
def one(request: HttpRequest, slug: str, record_id: int, template_id: int) -> HttpResponse:
    """A record printed, in a window of its own."""
    entity = entity_or_404(request, slug)
    row = record_or_404(request, entity, record_id)
    template = _template(entity, template_id)
    try:
        return printing.answer(template, entity, [row.id], actor_of(request))
    except Refused as refusal:
        return _refused(request, entity, refusal, f"/{slug}/{row.id}/")


@signed_in
def many(request: HttpRequest, slug: str) -> HttpResponse:
    """A selection as one PDF: the dialogue asks by which template, POST answers with it or starts a job. In a pool what is closed there is closed."""
    entity = entity_or_404(request, slug, "export")
    if request.method != "POST":
        templates = [each for each in shelf.of(entity) if each.sort == "blocks"]
        context = {"entity": entity, "templates": templates, "action": request.get_full_path(), "ids": request.GET.get("ids", "")}
        return fragment(request, "pages/print_many.html", {**context, "at_once": printing.AT_ONCE})
    template = _template(entity, whole(request.POST.get("template", "")) or 0)
    try:
        ids = selected(request, entity)
        if not ids or len(ids) > printing.MOST or template.sort != "blocks":
            raise printing.Unprinted(_("Select between one and %(most)d records.") % {"most": printing.MOST})
        if len(ids) <= printing.AT_ONCE:
            return printing.answer(template, entity, ids, actor_of(request), many=True)
        with transaction.atomic():
            job = printing.begin(template, entity, ids, actor_of(request))
    except Refused as refusal:
        return _refused(request, entity, refusal, f"/{slug}/")
    return go(request, f"/jobs/{job.pk}/", _("The print is being made; you can leave this page."))


def _template(entity: Entity, number: int) -> PrintTemplate:
    """A template in use of this entity. Raises Http404."""
    found = PrintTemplate.objects.filter(pk=number, entity=entity.key, active=True, version__gt=0).first()
    if found is None:
        raise Http404
    return found


def _refused(request: HttpRequest, entity: Entity, refusal: Refused, back: str) -> HttpResponse:
    return page(request, "pages/refused.html", {"entity": entity, "message": str(refusal), "back": back}, title=_("Print"), status=422)


urls = [
    path("<slug:slug>/_print/", many),
    path("<slug:slug>/<int:record_id>/_print/", choose),
    path("<slug:slug>/<int:record_id>/_print/<int:template_id>/", one),
]
