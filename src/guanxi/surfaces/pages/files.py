"""Files of a record: the region that lists and takes them, and the download, authorised through the record each time."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from guanxi.kernel import attachments, directory, pooled, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.dates import ago
from guanxi.kernel.models import Attachment
from guanxi.org import pictures
from guanxi.surfaces.pages.frame import actor_of, entity_or_404, fragment, go, record_or_404, signed_in, toast, triggers

ICONS = {"image": "photo", "text": "file-text", "application/pdf": "file-text", "application/zip": "archive"}


def icon_of(kind: str) -> str:
    """The icon of a media type."""
    if "spreadsheet" in kind or "excel" in kind:
        return "file-spreadsheet"
    if "wordprocessing" in kind or "presentation" in kind:
        return "file-text"
    return ICONS.get(kind) or ICONS.get(kind.partition("/")[0], "file")


def shown(row: Attachment, actor: Actor, *, editable: bool) -> dict[str, Any]:
    """A file as regions draw it."""
    return {
        "id": row.pk,
        "name": row.name,
        "size": filesizeformat(row.size),
        "icon": icon_of(row.kind),
        "url": f"/_files/{row.pk}/",
        "view": f"/_files/{row.pk}/view/",
        "who": directory.person_name(row.created_by),
        "when": ago(row.created_at),
        "removable": editable or row.created_by == actor.id,
    }


def region(entity: Entity, record: Any, actor: Actor, error: str = "") -> dict[str, Any]:
    """Context of `pages/files.html`: the files of a record, newest first, and whether more may come."""
    editable = attachments.may_add(entity, record, actor)
    rows = attachments.of_record(entity, record.id, actor)[: attachments.MOST_SHOWN]
    return {
        "entity": entity,
        "record": record,
        "files": [shown(row, actor, editable=editable) for row in rows],
        "files_editable": editable,
        "files_url": f"/{entity.slug}/{record.id}/_files/",
        "files_error": error,
        "files_limit": filesizeformat(attachments.limit()),
    }


@signed_in
def of_record(request: HttpRequest, slug: str, record_id: int) -> HttpResponse:
    """GET lists the files of a record, POST adds some."""
    entity, actor = entity_or_404(request, slug), actor_of(request)
    record = record_or_404(request, entity, record_id)
    if pooled.untold(actor):
        if request.method != "POST":
            return HttpResponse("")  # the pool keeps the story of its records to itself
        raise Http404
    if request.method != "POST":
        return fragment(request, "pages/files.html", region(entity, record, actor))
    try:
        rows = attachments.add(entity, record, request.FILES.getlist("files"), actor=actor, door="files")
    except write.NotFound:
        raise Http404 from None
    except write.Refused as refusal:
        status = 403 if isinstance(refusal, write.Forbidden) else 422
        return fragment(request, "pages/files.html", region(entity, record, actor, str(refusal)), status=status)
    message = ngettext("%(n)d file added", "%(n)d files added", len(rows)) % {"n": len(rows)}
    if not request.headers.get("HX-Request"):
        return go(request, f"/{slug}/{record_id}/", message)
    response = fragment(request, "pages/files.html", region(entity, record, actor))
    return triggers(toast(response, message, undo=f"/_files/{rows[0].pk}/delete/" if len(rows) == 1 else ""), timeline__changed="")


@signed_in
def download(request: HttpRequest, file_id: int) -> Any:
    """The file itself. Only pictures known to be harmless are ever drawn by the browser; the rest is saved to disk."""
    try:
        row = attachments.readable(file_id, actor_of(request))
        body = default_storage.open(row.path)
    except (write.NotFound, FileNotFoundError):
        raise Http404 from None
    inline = request.GET.get("inline") == "1" and row.kind in attachments.PICTURES
    kind = row.kind if row.kind in attachments.PICTURES or row.kind in SAFE else "application/octet-stream"
    response = FileResponse(body, as_attachment=not inline, filename=row.name, content_type=kind)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=0, must-revalidate"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@signed_in
def thumb(request: HttpRequest, file_id: int) -> Any:
    """A picture in small: drawn once and kept by its content."""
    try:
        row = attachments.readable(file_id, actor_of(request))
        place = attachments.small(row.digest)
        if row.kind not in attachments.PICTURES:
            raise Http404
        if not default_storage.exists(place):
            default_storage.save(place, ContentFile(pictures.squared(default_storage.open(row.path), 0.5)))
    except (write.NotFound, write.Invalidated, FileNotFoundError):
        raise Http404 from None
    response = FileResponse(default_storage.open(place), content_type=pictures.KIND)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=0, must-revalidate"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


#: Types that a download may keep; markup and scripts go as plain bytes.
SAFE = frozenset({"application/pdf", "application/zip", *attachments.OOXML.values()})


@signed_in
@require_POST
def delete(request: HttpRequest, file_id: int) -> HttpResponse:
    """Take a file away, with undo."""
    return _switched(request, file_id, removing=True)


@signed_in
@require_POST
def restore(request: HttpRequest, file_id: int) -> HttpResponse:
    """Bring it back."""
    return _switched(request, file_id, removing=False)


def _switched(request: HttpRequest, file_id: int, *, removing: bool) -> HttpResponse:
    verb = attachments.remove if removing else attachments.bring_back
    try:
        row = verb(file_id, actor=actor_of(request), door="files")
    except write.NotFound:
        raise Http404 from None
    except write.Refused as refusal:
        return toast(HttpResponse(status=403), str(refusal), level="error")
    message, undo = (_("File removed"), f"/_files/{row.pk}/restore/") if removing else (_("File restored"), "")
    return triggers(toast(HttpResponse(status=204), message, undo=undo), files__changed="", timeline__changed="")


urls = [
    path("_files/<int:file_id>/", download),
    path("_files/<int:file_id>/thumb/", thumb),
    path("_files/<int:file_id>/delete/", delete),
    path("_files/<int:file_id>/restore/", restore),
    path("<slug:slug>/<int:record_id>/_files/", of_record),
]
