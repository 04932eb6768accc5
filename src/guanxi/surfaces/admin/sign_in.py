"""The rules of signing in that hold for everybody."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.kernel.whole import whole
from guanxi.org import policies
from guanxi.org.models import Role
from guanxi.org.sessions import IDLE, IDLE_MINUTES
from guanxi.surfaces.admin.places import PEOPLE, PLACES, Place, administering
from guanxi.surfaces.pages.frame import actor_of, go, page

PLACES.append(
    Place(
        "/admin/sign-in/",
        "shield-lock",
        gettext_lazy("Rules of signing in"),
        gettext_lazy("When an unused session ends, and which roles need a second factor."),
        PEOPLE,
        "登录 会话 超时 第二重验证 两步验证 安全 session idle timeout mfa 2fa",
    )
)
#: Minutes, and how they are said.
CHOICES = {
    15: gettext_lazy("15 minutes"),
    30: gettext_lazy("30 minutes"),
    60: gettext_lazy("1 hour"),
    120: gettext_lazy("2 hours"),
    240: gettext_lazy("4 hours"),
    480: gettext_lazy("8 hours"),
    1440: gettext_lazy("24 hours"),
    0: gettext_lazy("Never while the browser keeps it (14 days)"),
}


@administering
def show(request: HttpRequest) -> HttpResponse:
    """The rules; POST sets them."""
    errors: dict[str, str] = {}
    if request.method == "POST":
        minutes = whole(request.POST.get("idle"))
        if minutes in CHOICES:
            policies.put(IDLE, minutes, actor=actor_of(request))
            return go(request, "/admin/sign-in/", _("Saved"))
        errors["idle"] = _("Choose one of the times.")
    context: dict[str, Any] = {
        "choices": CHOICES,
        "idle": policies.number(IDLE, IDLE_MINUTES),
        "roles": Role.objects.filter(active=True).order_by("position"),
        "errors": errors,
    }
    return page(request, "admin/sign_in.html", context, title=_("Rules of signing in"), status=422 if errors else 200)


urls = [path("admin/sign-in/", show)]
