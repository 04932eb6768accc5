"""Sign-on services by which people may come in: set up by administrators, their secrets kept sealed and never shown."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.kernel.whole import whole
from guanxi.kernel.write import Invalidated
from guanxi.org import providers, single
from guanxi.org.models import Provider, Role
from guanxi.surfaces.admin.places import PEOPLE, PLACES, Place, administering
from guanxi.surfaces.pages.frame import actor_of, go, page

PLACES.append(
    Place(
        "/admin/providers/",
        "key",
        gettext_lazy("Single sign-on"),
        gettext_lazy("Services such as Keycloak by which people log in without a password of their own here."),
        PEOPLE,
        "单点登录 统一认证 企业账号 sso oidc openid keycloak",
    )
)
TEXTS = ("name", "issuer", "client_id", "inside")


@administering
def show(request: HttpRequest) -> HttpResponse:
    """All of them."""
    context = {"providers": Provider.objects.select_related("role").order_by("position", "pk")}
    return page(request, "admin/providers.html", context, title=_("Single sign-on"))


@administering
def new(request: HttpRequest) -> HttpResponse:
    """One more."""
    return _form(request, Provider(active=True))


@administering
def edit(request: HttpRequest, provider_id: int) -> HttpResponse:
    """One of them."""
    return _form(request, get_object_or_404(Provider, pk=provider_id))


def _form(request: HttpRequest, provider: Provider) -> HttpResponse:
    errors: dict[str, str] = {}
    if request.method == "POST":
        for key in TEXTS:
            setattr(provider, key, request.POST.get(key, "").replace("\x00", "").strip())
        provider.active, provider.creates = bool(request.POST.get("active")), bool(request.POST.get("creates"))
        provider.role = Role.objects.filter(pk=whole(request.POST.get("role")) or 0, admin=False, active=True).first()
        try:
            providers.keep(provider, request.POST.get("secret", "").strip(), actor=actor_of(request))
            return go(request, f"/admin/providers/{provider.pk}/", _("Saved"))
        except Invalidated as refusal:
            errors = refusal.errors
    context: dict[str, Any] = {
        "provider": provider,
        "errors": errors,
        "roles": Role.objects.filter(admin=False, active=True).order_by("position"),
        "way_back": single.way_back(provider) if provider.pk else "",
    }
    return page(request, "admin/provider.html", context, title=provider.name or _("New sign-on service"), status=422 if errors else 200)


urls = [path("admin/providers/", show), path("admin/providers/new/", new), path("admin/providers/<int:provider_id>/", edit)]
