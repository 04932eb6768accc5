"""The recycle bin of an entity: what was deleted, by whom and when, and the way back."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from guanxi.kernel import directory, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.draft import Draft
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Reader
from guanxi.kernel.fields.dates import ago
from guanxi.kernel.whole import wholes
from guanxi.surfaces.pages import sent
from guanxi.surfaces.pages.frame import actor_of, entity_or_404, go, page, reader_of, signed_in, toast, triggers
from guanxi.surfaces.ui.environment import query

SIZE = 50
#: How many records come back in one request.
MOST_AT_ONCE = 200


@signed_in
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """Deleted records that this person might have deleted himself, the latest first."""
    entity = entity_or_404(request, slug, "delete")
    reader = reader_of(request)
    text = request.GET.get("q", "").strip()[:100]
    rows: Any = entity.rows(reader.actor, "delete", deleted=True)
    if text and readable_title(entity, reader.actor):
        rows = rows.where([entity.title, "contains", text])
    rows = rows.order_by("-deleted_at", "-id").values_list("id", entity.title, "owner_id", "deleted_at", "deleted_by", "merged_into")
    number = _number(request.GET.get("page"))
    start = (number - 1) * SIZE
    found = list(rows[start : start + SIZE + 1])
    address = lambda to: f"/{slug}/_bin/?{query({'q': text, 'page': to})}"
    context = {
        "entity": entity,
        "q": text,
        "rows": [drawn(entity, row, reader) for row in found[:SIZE]],
        "range": f"{start + 1:,}–{start + len(found[:SIZE]):,}" if found else "0",
        "previous": address(number - 1) if number > 1 else "",
        "next": address(number + 1) if len(found) > SIZE else "",
    }
    return page(request, "pages/recycle.html", context, title=_("Recycle bin"))


def _number(text: str | None) -> int:
    return max(1, int(text)) if text and text.isdecimal() and len(text) < 5 else 1


def readable_title(entity: Entity, actor: Actor) -> bool:
    """Whether the title may be read and searched as it is."""
    return actor.right(entity.key, entity.title) not in ("hidden", "masked")


def drawn(entity: Entity, row: tuple[Any, ...], reader: Reader) -> dict[str, Any]:
    """A row of the bin; a masked title stays masked here too."""
    record, title, owner, at, who, merged = row
    right = reader.actor.right(entity.key, entity.title)
    if right == "hidden":
        title = f"{entity.label} {record}"
    elif right == "masked":
        title = entity.fields[entity.title].kind.mask(title)
    return {
        "id": record,
        "title": str(title)[:80],
        "owner": directory.person_name(owner),
        "when": ago(at),
        "exact": timezone.localtime(at).strftime("%Y-%m-%d %H:%M"),
        "who": directory.person_name(who) or _("System"),
        "merged": merged,
    }


@signed_in
@require_POST
def restore(request: HttpRequest, slug: str) -> HttpResponse:
    """Bring one or many back; each that cannot come back says why and leaves the others alone."""
    entity, actor = entity_or_404(request, slug, "delete"), actor_of(request)
    ids = [i for part in request.POST.getlist("ids") for i in wholes(part)]
    if not 0 < len(ids) <= MOST_AT_ONCE:
        return toast(HttpResponse(status=422), _("Select between one and %(n)d records.") % {"n": MOST_AT_ONCE}, level="error")
    back, reasons, waiting = [], [], 0
    for record in dict.fromkeys(ids):
        try:
            done = write.restore((entity, record), actor=actor, door="bin")
            waiting += isinstance(done, Draft)
            back += [] if isinstance(done, Draft) else [done]
        except write.NotFound:
            if len(ids) == 1:
                raise Http404 from None
            reasons.append(str(write.NotFound()))
        except write.Refused as refusal:
            reasons.append(str(refusal))
    words = ngettext("%(n)d record restored", "%(n)d records restored", len(back)) % {"n": len(back)} if back or not waiting else ""
    if waiting:
        words = "; ".join(part for part in (words, sent.counted(waiting)) if part)
    if reasons:
        words += "; " + _("%(n)d refused: %(why)s") % {"n": len(reasons), "why": reasons[0]}
    undo = f"/_undo/{back[0].id}/{back[0].version}/" if len(back) == 1 else ""
    if not request.headers.get("HX-Request"):
        return go(request, f"/{slug}/_bin/", words, undo=undo)
    response = HttpResponse(status=204 if back or waiting else 422)
    return triggers(
        toast(response, words, undo=undo, level="error" if not (back or waiting) else "info" if reasons or waiting else "ok"),
        list__changed="",
    )


urls = [path("<slug:slug>/_bin/", show), path("<slug:slug>/_bin/restore/", restore)]
