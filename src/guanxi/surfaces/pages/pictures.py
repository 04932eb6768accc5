"""Pictures of people: given and removed in one's own settings, shown to whoever may know the person."""

from __future__ import annotations

from typing import Any

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from guanxi.kernel import directory
from guanxi.kernel.write import Invalidated
from guanxi.org import pictures
from guanxi.surfaces.pages.frame import actor_of, go, signed_in
from guanxi.surfaces.pages.settings import drawn, person


@signed_in
@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Give oneself a picture, or take it away."""
    if request.POST.get("remove"):
        pictures.remove(person(request))
        return go(request, "/settings/", _("The picture is gone."))
    try:
        upload = request.FILES.get("picture")
        if upload is None:
            raise Invalidated({"picture": _("Choose a file first.")})
        pictures.keep(person(request), upload, request.POST.get("part", ""))
    except Invalidated as refusal:
        return drawn(request, refusal.errors)
    return go(request, "/settings/", _("Saved"))


@signed_in
@require_GET
def show(request: HttpRequest, user_id: int, version: str) -> Any:
    """The picture that somebody has now; an address of an earlier one shows nothing."""
    if directory.picture(user_id, actor_of(request).person) != request.path:
        raise Http404
    try:
        body = default_storage.open(pictures.place(version))
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(body, content_type=pictures.KIND)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=31536000, immutable"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


urls = [path("settings/picture/", change), path("_picture/<int:user_id>/<slug:version>/", show)]
