"""Files of records: listed, added, fetched and taken away, by who may do the same on the page."""

from __future__ import annotations

from typing import Any

from django.core.files.storage import default_storage
from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from guanxi.kernel import attachments, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.models import Attachment
from guanxi.kernel.registry import registry
from guanxi.org import scopes
from guanxi.surfaces.api.collection import answer, parameters
from guanxi.surfaces.api.door import entity_of
from guanxi.surfaces.api.item import seen
from guanxi.surfaces.api.problems import Problem, missing


def read(request: HttpRequest, actor: Actor, slug: str, record_id: int) -> HttpResponse:
    """The files of a record, newest first."""
    entity = entity_of(actor, slug)
    parameters(request, ())
    _open(actor)
    seen(entity, actor, record_id)
    rows = attachments.of_record(entity, record_id, actor)[: attachments.MOST_SHOWN]
    return answer({"results": [_told(request, row) for row in rows]})


def add(request: HttpRequest, actor: Actor, slug: str, record_id: int) -> HttpResponse:
    """Files as multipart/form-data under `files`."""
    entity = entity_of(actor, slug)
    _open(actor)
    record = seen(entity, actor, record_id)
    _writing(request, slug)
    if not attachments.may_add(entity, record, actor):
        raise write.Forbidden(_("You may not add files to this record."))
    if request.content_type != "multipart/form-data":
        raise Problem(415, _("Send the files as multipart/form-data."))
    rows = attachments.add(entity, record, request.FILES.getlist("files"), actor=actor, door="api")
    return answer({"results": [_told(request, row) for row in rows]}, status=201)


def fetch(request: HttpRequest, actor: Actor, file_id: str) -> Any:
    """The file itself, never to be drawn in place."""
    try:
        row = attachments.readable(int(file_id), actor)
        body = default_storage.open(row.path)
    except FileNotFoundError:
        raise missing() from None
    response = FileResponse(body, as_attachment=True, filename=row.name, content_type="application/octet-stream")
    response["X-Content-Type-Options"] = "nosniff"
    return response


def remove(request: HttpRequest, actor: Actor, file_id: str) -> HttpResponse:
    """Take it away; it is kept and can be brought back on the page."""
    row = Attachment.objects.filter(pk=int(file_id)).first()
    if row is not None:
        _writing(request, registry.get(row.entity).slug)
    attachments.remove(int(file_id), actor=actor, door="api")
    return HttpResponse(status=204)


def _writing(request: HttpRequest, slug: str) -> None:
    """The author of a record may add files whatever his grants say; his token has to reach as far."""
    if not scopes.may_write_to(slug, request.token.scopes):  # type: ignore[attr-defined]
        raise Problem(403, _("This token may only read."), headers={"WWW-Authenticate": 'Bearer error="insufficient_scope"'})


def _open(actor: Actor) -> None:
    """What lies in a pool shows its files to nobody."""
    if actor.pool is not None:
        raise missing()


def _told(request: HttpRequest, row: Attachment) -> dict[str, Any]:
    place = request.build_absolute_uri(f"/api/v1/files/{row.pk}")
    told = {"id": row.pk, "name": row.name, "size": row.size, "type": row.kind, "sha256": row.digest, "url": place}
    return {**told, "created_at": row.created_at.isoformat(), "created_by": row.created_by}


__all__ = ["add", "fetch", "read", "remove"]
