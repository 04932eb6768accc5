"""What the law gives a person: to have what is kept about him in a file, and to have it erased."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.kernel import clock, directory, history, one, write
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Reader
from guanxi.kernel.models import AccessLog
from guanxi.kernel.registry import registry
from guanxi.surfaces.channels import sending
from guanxi.surfaces.pages.form import refused
from guanxi.surfaces.pages.frame import actor_of, entity_or_404, fragment, go, reader_of, record_or_404, signed_in
from guanxi.surfaces.pages.messages import line
from guanxi.surfaces.pages.record import title_of

#: So many records below and lines of history stand in the file.
MOST = 1_000


@signed_in
def forget(request: HttpRequest, slug: str, record_id: int) -> HttpResponse:
    """The modal that says what goes and asks why; POST erases."""
    entity, row = _person(request, slug, record_id, "forget")
    actor, errors = actor_of(request), {}
    reason = request.POST.get("reason", "")
    if request.method == "POST":
        try:
            write.forget((entity, row.id), reason, actor=actor, door="erasure")
            return go(request, f"/{entity.slug}/{row.id}/", _("The person has been erased."))
        except write.Invalidated as refusal:
            errors = refusal.errors
        except write.Refused as refusal:
            return refused(request, str(refusal))
    context = {
        "entity": entity,
        "title": title_of(entity, row, actor),
        "fields": [entity.fields[key].label for key in entity.personal],
        "url": f"/{entity.slug}/{row.id}/_forget/",
        "reason": reason,
        "errors": errors,
    }
    return fragment(request, "pages/forget.html", context, status=422 if errors else 200)


@signed_in
def dossier(request: HttpRequest, slug: str, record_id: int) -> HttpResponse:
    """Everything about one person as JSON, as far as this reader may see it; that it was taken is logged."""
    entity, row = _person(request, slug, record_id, "export")
    reader = reader_of(request)
    found = {
        "at": clock.now().isoformat(),
        "what": str(entity.label),
        "fields": _fields(entity, row, reader),
        "below": _below(entity, row, reader),
        "history": _history(entity, row, reader),
        "messages": _messages(entity, row, reader),
        "read_by": _read_by(entity, row),
    }
    AccessLog.objects.create(at=clock.now(), actor=reader.actor.id, verb="export", entity=entity.key, record=row.id, data={"dossier": True})
    response = JsonResponse(found, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = f'attachment; filename="{entity.slug}-{row.id}.json"'
    return response


def _person(request: HttpRequest, slug: str, record_id: int, action: str) -> tuple[Entity, Any]:
    entity = entity_or_404(request, slug)
    row = record_or_404(request, entity, record_id)
    if not entity.personal or not one.verbs(entity, actor_of(request), row.id, (action,))[action]:
        raise Http404
    return entity, row


def _fields(entity: Entity, row: Any, reader: Reader) -> dict[str, Any]:
    open_ = {k: f for k, f in entity.visible(reader.actor).items() if reader.actor.right(entity.key, k) != "masked"}
    return {str(f.label): f.kind.text(f.value(row), reader) for f in open_.values() if f.kind.name not in ("attachment", "links")}


def _below(entity: Entity, row: Any, reader: Reader) -> dict[str, list[str]]:
    found = {}
    for child, key in registry.children(entity):
        if reader.actor.may(child.key, "view"):
            column = child.fields[key].column
            rows = child.rows(reader.actor).filter(column.equals(row.id)).order_by("id")[:MOST]
            if texts := [child.fields[child.title].kind.text(child.fields[child.title].value(r), reader) for r in rows]:
                found[str(child.label_plural)] = texts
    return found


def _history(entity: Entity, row: Any, reader: Reader) -> list[dict[str, Any]]:
    return [
        {
            "at": timezone.localtime(change.at).isoformat(timespec="seconds"),
            "by": directory.person_name(change.actor),
            "changed": [{"field": str(f.label), "old": old, "new": new} for f, old, new in change.lines(entity, reader)],
        }
        for change in history.visible_changes(entity, row.id, reader.actor, limit=MOST)
    ]


def _messages(entity: Entity, row: Any, reader: Reader) -> list[dict[str, str]]:
    """What was sent to this person, or about the record."""
    lines = (line(each, reader.actor) for each in sending.of_record(entity, row.id, reader.actor, most=MOST))
    return [{"at": each.at, "by": each.by, "to": each.to, "text": each.text, "state": str(each.state)} for each in lines]


def _read_by(entity: Entity, row: Any) -> list[dict[str, str]]:
    logged = AccessLog.objects.filter(entity=entity.key, record=row.id).order_by("-id")[:MOST]
    return [
        {"at": timezone.localtime(r.at).isoformat(timespec="seconds"), "by": directory.person_name(r.actor), "how": r.verb} for r in logged
    ]


urls = [
    path("<slug:slug>/<int:record_id>/_forget/", forget),
    path("<slug:slug>/<int:record_id>/_dossier/", dossier),
]
