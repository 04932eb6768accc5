"""What looks unusual in the logs of the last thirty days."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.kernel import directory
from guanxi.org import hints
from guanxi.surfaces.admin.places import PLACES, TRAILS, Place, administering
from guanxi.surfaces.pages.frame import page

PLACES.append(
    Place(
        "/admin/hints/",
        "alert-triangle",
        gettext_lazy("Unusual"),
        gettext_lazy("Who took much away, came at night, or was refused often."),
        TRAILS,
        "异常 提示 大量导出 夜间登录 anomaly export night denied",
    )
)
TONES = {"export": "r", "reveal": "a", "night": "b", "guess": "r", "denied": "a"}


@administering
def show(request: HttpRequest) -> HttpResponse:
    """The latest first."""
    lines: list[dict[str, Any]] = [
        {
            "at": timezone.localtime(hint.at).strftime("%Y-%m-%d %H:%M"),
            "who": directory.person_name(hint.person),
            "kind": hints.KINDS[hint.kind],
            "tone": TONES[hint.kind],
            "said": hint.said,
        }
        for hint in hints.found()
    ]
    return page(request, "admin/hints.html", {"lines": lines, "days": hints.DAYS}, title=_("Unusual"))


urls = [path("admin/hints/", show)]
