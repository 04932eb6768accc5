"""See the product as a colleague does: chosen here, shown by a bar on every page, left by one click."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanxi.kernel import directory
from guanxi.kernel.whole import whole
from guanxi.kernel.write import Invalidated
from guanxi.org import preview
from guanxi.org.models import User
from guanxi.surfaces.pages.frame import actor_of, go, page, signed_in


@signed_in
def choose(request: HttpRequest) -> HttpResponse:
    """The colleagues; POST `user` looks through the eyes of one."""
    actor = actor_of(request)
    if not preview.possible(actor):
        raise Http404
    error = ""
    if request.method == "POST":
        user = User.objects.filter(pk=whole(request.POST.get("user")) or 0).first()
        if user is None:
            raise Http404
        try:
            preview.start(request, user, actor)
            return go(request, "/", _("You see Guanxi as %(name)s does. Nothing can be changed meanwhile.") % {"name": user.name})
        except Invalidated as refusal:
            error = " ".join(refusal.errors.values())
    keepers = set() if actor.administers else set(User.objects.filter(assignments__role__admin=True).values_list("pk", flat=True))
    people: list[dict[str, Any]] = [
        {"id": e.id, "name": e.name, "code": e.code, "department": directory.department_name(e.department)}
        for e in sorted(directory.colleagues(actor).values(), key=lambda e: (e.department or 0, e.name))
        if e.active and e.id not in (actor.id, *keepers)
    ]
    context = {"people": people, "error": error}
    return page(request, "pages/preview.html", context, title=_("See as a colleague"), status=422 if error else 200)


@signed_in
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Back to one's own eyes."""
    assert isinstance(request.user, User)
    preview.leave(request, request.user.pk)
    return go(request, "/", _("You see Guanxi as yourself again."))


urls = [path("preview/", choose), path("preview/leave/", leave)]
