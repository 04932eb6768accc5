"""A file looked at without leaving its record: the dialogue, its neighbours, and the text of what is no picture and no PDF."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from guanxi.kernel import attachments, directory, tally, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.fields.dates import ago
from guanxi.kernel.models import Attachment
from guanxi.kernel.registry import registry
from guanxi.kernel.whole import whole
from guanxi.surfaces.pages.files import icon_of
from guanxi.surfaces.pages.frame import actor_of, fragment, page, signed_in
from guanxi.surfaces.viewing import asking

#: How often a browser asks again, every half second, while other files are being read.
PATIENT = 30
#: Each reading takes up to five seconds of a processor, so nobody has more than this read in a minute.
A_MINUTE = 40


def _row(request: HttpRequest, file_id: int) -> Attachment:
    """The file, if its record is within sight; strangers learn nothing."""
    try:
        return attachments.readable(file_id, actor_of(request))
    except write.NotFound:
        raise Http404 from None


@signed_in
@require_GET
def show(request: HttpRequest, file_id: int) -> HttpResponse:
    """The dialogue; as a whole page for who opens it in a window of its own."""
    row = _row(request, file_id)
    context = {
        "file": row,
        "way": asking.way(row),
        "icon": icon_of(row.kind),
        "url": f"/_files/{row.pk}/",
        "size": filesizeformat(row.size),
        "who": directory.person_name(row.created_by),
        "when": ago(row.created_at),
        "why": sentences(),
        **_place(row, actor_of(request)),
    }
    if request.headers.get("HX-Request"):
        return fragment(request, "pages/viewer.html", context)
    return page(request, "pages/viewer_page.html", {**context, "record_url": _record_url(row)}, title=row.name)


def _place(row: Attachment, actor: Actor) -> dict[str, Any]:
    """Where it lies among the files of its record."""
    others = attachments.beside(row, actor)
    if row.pk not in others:
        return {"at": 0, "all": 0, "previous": "", "next": ""}
    at = others.index(row.pk)
    links = [f"/_files/{others[n]}/view/" if 0 <= n < len(others) else "" for n in (at - 1, at + 1)]
    return {"at": at + 1, "all": len(others), "previous": links[0], "next": links[1]}


def _record_url(row: Attachment) -> str:
    return f"/{registry.get(row.entity).slug}/{row.record}/"


@signed_in
@require_GET
def text(request: HttpRequest, file_id: int) -> HttpResponse:
    """What can be read of a document, as text; a sentence where nothing can."""
    row = _row(request, file_id)
    if asking.way(row) != "text":
        raise Http404
    person, tried = actor_of(request).id, whole(request.GET.get("tried")) or 0
    answer = asking.text(row, may=lambda: tally.add("viewing", person, seconds=60) <= A_MINUTE)
    context = {
        "again": f"{request.path}?tried={tried + 1}" if answer.refused == "busy" and tried < PATIENT else "",
        "answer": answer,
        "why": sentences(),
        "words": words(),
        "office": row.kind in attachments.OOXML.values(),
        "slides": row.kind == attachments.OOXML["ppt/"],
        "name": row.name,
    }
    response = fragment(request, "pages/viewer_text.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


def sentences() -> dict[str, str]:
    """Why a file is not shown, by the code of the reason."""
    return {
        "password": _("This file is protected with a password. Download it and open it on your computer."),
        "damaged": _("This file is damaged or incomplete and cannot be shown. Download it and try the program it was made with."),
        "broken": _("This file cannot be drawn here. Download it and open it on your computer."),
        "large": _("This file is too large or too involved to be shown here. Download it and open it on your computer."),
        "kind": _("Files of this kind cannot be shown here. Download it and open it on your computer."),
        "busy": _("Many files are being opened at the moment. Try again in a little while, or download it."),
        "often": _("You are asking too often. Wait a minute."),
        "gone": _("This file is no longer there, or you may not see it."),
        "empty": _("There is no text in this file."),
    }


def words() -> dict[str, str]:
    """What is said of a letter."""
    return {
        "from": _("Sender"),
        "to": _("Recipients"),
        "cc": _("Copy to"),
        "date": _("Sent on"),
        "subject": _("Subject line"),
        "attachment": _("Attached"),
    }


urls = [
    path("_files/<int:file_id>/view/", show),
    path("_files/<int:file_id>/text/", text),
]
