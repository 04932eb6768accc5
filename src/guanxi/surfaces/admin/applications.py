"""Programs with an id and a secret of their own: set up by administrators, the secret shown once."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from guanxi.kernel.whole import whole
from guanxi.kernel.write import Invalidated
from guanxi.org import tokens
from guanxi.org.models import Application, User
from guanxi.surfaces.admin.places import CONTENTS, PLACES, Place, administering
from guanxi.surfaces.pages.frame import actor_of, go, page

PLACES.append(
    Place(
        "/admin/applications/",
        "key",
        gettext_lazy("Applications"),
        gettext_lazy("Programs that come in by an id and a secret of their own, with one person's rights or less."),
        CONTENTS,
        "接口 应用 令牌 集成 api oauth token",
        lambda actor: actor.administers,
    )
)


@administering
def show(request: HttpRequest) -> HttpResponse:
    """All of them."""
    context = {"applications": Application.objects.select_related("user").order_by("name", "pk")}
    return page(request, "admin/applications.html", context, title=_("Applications"))


@administering
def new(request: HttpRequest) -> HttpResponse:
    """One more."""
    return _form(request, Application(active=True, scopes=["read"]))


@administering
def edit(request: HttpRequest, application_id: int) -> HttpResponse:
    """One of them."""
    return _form(request, get_object_or_404(Application, pk=application_id))


def _form(request: HttpRequest, row: Application) -> HttpResponse:
    errors: dict[str, str] = {}
    if request.method == "POST":
        fresh = not row.pk
        row.name = request.POST.get("name", "").replace("\x00", "").strip()
        row.scopes = list(dict.fromkeys(request.POST.get("scopes", "").split()))
        row.active = bool(request.POST.get("active"))
        row.user = User.objects.filter(pk=whole(request.POST.get("user")) or 0).first()  # type: ignore[assignment]
        try:
            secret = tokens.keep(row, actor=actor_of(request))
            if not fresh:
                return go(request, f"/admin/applications/{row.pk}/", _("Saved"))
            return _drawn(request, row, {}, secret)
        except Invalidated as refusal:
            errors = refusal.errors
    return _drawn(request, row, errors, "")


def _drawn(request: HttpRequest, row: Application, errors: dict[str, str], secret: str) -> HttpResponse:
    context: dict[str, Any] = {
        "application": row,
        "errors": errors,
        "secret": secret,
        "people": User.objects.filter(is_active=True).order_by("name", "login"),
        "place": f"{settings.GUANXI_URL}/oauth/token",
    }
    return page(request, "admin/application.html", context, title=row.name or _("New application"), status=422 if errors else 200)


@administering
@require_POST
def renew(request: HttpRequest, application_id: int) -> HttpResponse:
    """Another secret, shown once."""
    row = get_object_or_404(Application, pk=application_id)
    return _drawn(request, row, {}, tokens.renew(row, actor=actor_of(request)))


urls = [
    path("admin/applications/", show),
    path("admin/applications/new/", new),
    path("admin/applications/<int:application_id>/", edit),
    path("admin/applications/<int:application_id>/secret/", renew),
]
