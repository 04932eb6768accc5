"""The queue of likely duplicates of an entity: merge them, or say that they are two."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanxi.kernel import directory, pairs
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Reader
from guanxi.kernel.fields.dates import ago
from guanxi.kernel.merge import Pair
from guanxi.kernel.models import Job
from guanxi.kernel.write import NotFound
from guanxi.surfaces.pages.frame import actor_of, go, page, reader_of, signed_in, toast, triggers
from guanxi.surfaces.pages.merge import address, entity_here
from guanxi.surfaces.pages.record import title_of

SIZE = 20


def entity_compared(request: HttpRequest, slug: str) -> Entity:
    """The entity of an address, where there are rules by which its records are compared."""
    entity = entity_here(request, slug)
    if not pairs.rules(entity):
        raise Http404
    return entity


@signed_in
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """A page of pairs, the surest first."""
    entity, reader = entity_compared(request, slug), reader_of(request)
    at = _number(request.GET.get("page"))
    start = (at - 1) * SIZE
    found = list(pairs.suggested(entity, reader.actor)[start : start + SIZE + 1])
    place = lambda number: f"/{slug}/_duplicates/?page={number}"
    context = {
        "entity": entity,
        "pairs": drawn(entity, found[:SIZE], reader),
        "range": f"{start + 1:,}–{start + len(found[:SIZE]):,}" if found else "0",
        "previous": place(at - 1) if at > 1 else "",
        "next": place(at + 1) if len(found) > SIZE else "",
        "looking": _looking(entity, reader.actor.id or 0),
    }
    return page(request, "pages/duplicates.html", context, title=_("Likely duplicates"))


def _number(text: str | None) -> int:
    return max(1, int(text)) if text and text.isdecimal() and len(text) < 5 else 1


def _looking(entity: Entity, person: int) -> str:
    """The address of the job by which this person is looking anew, if there is one."""
    job = (
        Job.objects.filter(kind=pairs.KIND, actor=person, state__in=("waiting", "running"), spec__entity=entity.key).order_by("-id").first()
    )
    return f"/jobs/{job.pk}/" if job else ""


def drawn(entity: Entity, found: list[Pair], reader: Reader) -> list[dict[str, Any]]:
    """Pairs with what tells their records apart; one query for all."""
    rows = entity.rows(reader.actor).in_bulk({i for pair in found for i in (pair.low, pair.high)})
    return [
        {
            "id": pair.pk,
            "why": str(entity.fields[pair.why].label),
            "same": pair.score >= 1 or pair.why != entity.title,
            "records": [_record(entity, rows[i], reader) for i in (pair.low, pair.high)],
            "merge": address(entity, [pair.low, pair.high]),
        }
        for pair in found
        if pair.low in rows and pair.high in rows
    ]


def _record(entity: Entity, row: Any, reader: Reader) -> dict[str, str]:
    visible = entity.visible(reader.actor)
    return {
        "title": title_of(entity, row, reader.actor),
        "url": f"/{entity.slug}/{row.id}/",
        "owner": directory.person_name(row.owner_id) if "owner" in visible else "",
        "changed": ago(row.updated_at) if "updated_at" in visible else "",
    }


@signed_in
@require_POST
def part(request: HttpRequest, slug: str, pair_id: int) -> HttpResponse:
    """They are two."""
    return _said(request, slug, pair_id, back=False)


@signed_in
@require_POST
def suggest_again(request: HttpRequest, slug: str, pair_id: int) -> HttpResponse:
    """Perhaps they are one after all."""
    return _said(request, slug, pair_id, back=True)


def _said(request: HttpRequest, slug: str, pair_id: int, *, back: bool) -> HttpResponse:
    entity = entity_compared(request, slug)
    try:
        (pairs.suggest_again if back else pairs.part)(entity, pair_id, actor_of(request))
    except NotFound:
        raise Http404 from None
    undo = "" if back else f"/{slug}/_duplicates/{pair_id}/again/"
    if not request.headers.get("HX-Request"):
        return go(request, f"/{slug}/_duplicates/", _("Not a duplicate"), undo=undo)
    return triggers(toast(HttpResponse(status=204), "" if back else _("Not a duplicate"), undo=undo), list__changed="")


@signed_in
@require_POST
def look(request: HttpRequest, slug: str) -> HttpResponse:
    """Have a job look anew; one at a time."""
    entity = entity_compared(request, slug)
    running = _looking(entity, actor_of(request).id or 0)
    job = running or f"/jobs/{pairs.later(entity, actor_of(request)).pk}/"
    return go(request, job)


urls = [
    path("<slug:slug>/_duplicates/", show),
    path("<slug:slug>/_duplicates/look/", look),
    path("<slug:slug>/_duplicates/<int:pair_id>/part/", part),
    path("<slug:slug>/_duplicates/<int:pair_id>/again/", suggest_again),
]
