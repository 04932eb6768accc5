"""Merging by hand: with what, and side by side which values stand; the toast after it takes everything back."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.kernel import directory, history, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.dates import ago
from guanxi.kernel.whole import whole, wholes
from guanxi.kernel.write.choosing import ALL
from guanxi.kernel.write.uniting import MOST
from guanxi.surfaces import merging, side_by_side
from guanxi.surfaces.pages import likeness
from guanxi.surfaces.pages.frame import actor_of, entity_or_404, fragment, go, page, reader_of, record_or_404, signed_in, toast
from guanxi.surfaces.pages.record import title_of
from guanxi.surfaces.ui.environment import query


def entity_here(request: HttpRequest, slug: str) -> Entity:
    """The entity of an address, for who may merge its records."""
    entity = entity_or_404(request, slug, "edit")
    if not write.may_merge(entity, actor_of(request)):
        raise Http404
    return entity


def address(entity: Entity, ids: list[int]) -> str:
    """Where these records stand side by side."""
    return f"/{entity.slug}/_merge/?{query({'ids': ','.join(map(str, ids))})}"


@signed_in
def choose(request: HttpRequest, slug: str, record_id: int) -> HttpResponse:
    """Merge with which other record? What looks like this one is offered, any other can be searched."""
    entity = entity_here(request, slug)
    row = record_or_404(request, entity, record_id)
    error = ""
    if request.method == "POST":
        other = whole(request.POST.get("other"))
        if other and other != row.id and entity.rows(actor_of(request)).filter(id=other).exists():
            return go(request, address(entity, [row.id, other]))
        error = _("Choose another record that you may see.")
    values = {k: f.kind.typed(f.value(row), reader_of(request)) for k, f in entity.fields.items() if likeness.tells(entity, f)}
    hits = [hit for hit in likeness.again(entity, values, actor_of(request), besides=row.id) if hit.visible and hit.entity is entity]
    context = {"entity": entity, "record": row, "title": title_of(entity, row, actor_of(request)), "hits": hits, "error": error}
    links = {hit.record: address(entity, [row.id, hit.record]) for hit in hits}
    return fragment(request, "pages/merge_with.html", {**context, "links": links}, status=422 if error else 200)


@signed_in
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """Side by side; POST merges."""
    entity, actor = entity_here(request, slug), actor_of(request)
    ids = list(dict.fromkeys(wholes(request.POST.get("ids", "") or request.GET.get("ids", ""))))
    if not 1 < len(ids) <= MOST:
        words = _("Choose between two and %(most)d records that are the same.") % {"most": MOST}
        return (
            toast(HttpResponse(status=422), words, level="error") if request.headers.get("HX-Request") else _refused(request, entity, words)
        )
    rows = {row.id: row for row in entity.rows(actor).filter(id__in=ids)}
    if len(rows) < len(ids):
        raise Http404
    if request.headers.get("HX-Request") and request.method != "POST":
        return go(request, address(entity, ids))
    found = [rows[i] for i in ids]
    return _merge(request, entity, found) if request.method == "POST" else side(request, entity, found, {})


def _refused(request: HttpRequest, entity: Entity, words: str) -> HttpResponse:
    context = {"entity": entity, "message": words, "back": f"/{entity.slug}/"}
    return page(request, "pages/refused.html", context, title=_("Merge"), status=422)


def _merge(request: HttpRequest, entity: Entity, rows: list[Any]) -> HttpResponse:
    ids = [row.id for row in rows]
    keep = whole(request.POST.get("keep")) or 0
    others = [i for i in ids if i != keep]
    read = {i: version for i in ids if (version := whole(request.POST.get(f"version-{i}")))}
    choices = {k.removeprefix("c-"): v if v == ALL else whole(str(v)) or 0 for k, v in request.POST.items() if k.startswith("c-")}
    if keep not in ids:
        return side(request, entity, rows, {"": _("Choose which record stays.")}, status=422)
    try:
        if _heavy(entity, rows, keep, actor_of(request)):
            return go(request, f"/jobs/{merging.later(entity, keep, others, choices, read, actor=actor_of(request)).pk}/")
        write.merge(entity, keep, others, choices, actor=actor_of(request), door=merging.DOOR, versions=read)
    except write.NotFound:
        raise Http404 from None
    except write.Invalidated as refusal:
        return side(request, entity, rows, refusal.errors, status=422)
    except write.Refused as refusal:
        return side(request, entity, rows, {"": str(refusal)}, status=409)
    done = history.of_record(keep, limit=1)[0].write_id
    return go(request, f"/{entity.slug}/{keep}/", _("Merged"), undo=f"/_undo/{done}/")


def _heavy(entity: Entity, rows: list[Any], keep: int, actor: Actor) -> bool:
    """Whether so much would have to move that a job does it."""
    beside = side_by_side.beside(entity, [row for row in rows if row.id != keep], actor)
    return sum(n for each in beside for _label, n in each.attached) > merging.AT_ONCE


def side(request: HttpRequest, entity: Entity, rows: list[Any], errors: dict[str, str], *, status: int = 200) -> HttpResponse:
    """The page; the record with most hanging on it is proposed to stay, of equal ones the older."""
    reader = reader_of(request)
    chosen = {k.removeprefix("c-"): str(v) for k, v in request.POST.items() if k.startswith("c-")}
    lines = side_by_side.compare(entity, rows, reader, chosen, errors)
    beside = side_by_side.beside(entity, rows, reader.actor)
    keep = whole(request.POST.get("keep") or request.GET.get("keep")) or 0
    if keep not in [row.id for row in rows]:
        keep = max(beside, key=lambda each: (sum(n for _label, n in each.attached), -each.row.id)).row.id
    keys = {line.key for line in lines}
    context = {
        "entity": entity,
        "columns": [_column(entity, each, reader.actor, keep) for each in beside],
        "differing": [line for line in lines if not line.same],
        "alike": [line for line in lines if line.same],
        "messages": [message for key, message in errors.items() if key not in keys],
        "refused": bool(errors),
        "ids": ",".join(str(row.id) for row in rows),
    }
    return page(request, "pages/merge.html", context, title=_("Merge"), status=status)


def _column(entity: Entity, each: side_by_side.Beside, actor: Actor, keep: int) -> dict[str, Any]:
    row = each.row
    shown = entity.visible(actor)
    return {
        "id": row.id,
        "letter": each.letter,
        "version": row.version,
        "title": title_of(entity, row, actor),
        "url": f"/{entity.slug}/{row.id}/",
        "owner": directory.person_name(row.owner_id) if "owner" in shown else "",
        "changed": ago(row.updated_at) if "updated_at" in shown else "",
        "exact": timezone.localtime(row.updated_at).strftime("%Y-%m-%d %H:%M"),
        "attached": each.attached,
        "keep": row.id == keep,
    }


urls = [
    path("<slug:slug>/_merge/", show),
    path("<slug:slug>/<int:record_id>/_merge/", choose),
]
__all__ = ["address", "entity_here", "urls"]
