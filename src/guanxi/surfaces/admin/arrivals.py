"""The log of who came in, was turned away and left, filtered and exported."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.kernel import clock, directory
from guanxi.kernel.models import AccessLog
from guanxi.kernel.whole import whole
from guanxi.org import arrivals
from guanxi.surfaces.admin.places import PLACES, TRAILS, Place, administering
from guanxi.surfaces.admin.sheets import sheet
from guanxi.surfaces.days import between
from guanxi.surfaces.exchange.sheet import workbook
from guanxi.surfaces.pages.frame import actor_of, page

PLACES.append(
    Place(
        "/admin/arrivals/",
        "login",
        gettext_lazy("Sign-ins"),
        gettext_lazy("Who signed in, from where and with which device, and who was turned away."),
        TRAILS,
        "登录日志 登录 设备 login log device",
    )
)
WORDS = {
    arrivals.IN: (gettext_lazy("signed in"), "g"),
    arrivals.WRONG: (gettext_lazy("wrong user name or password"), "r"),
    arrivals.PAUSED: (gettext_lazy("too many attempts"), "r"),
    arrivals.OUT: (gettext_lazy("signed out"), ""),
    arrivals.PASSWORD: (gettext_lazy("changed the password"), "b"),
}


@administering
def show(request: HttpRequest) -> HttpResponse:
    """The newest first, fifty a page."""
    context = {
        **sheet(request, "/admin/arrivals/", chosen(request), ("who", "how", "since", "until"), drawn),
        "people": sorted(directory.people().values(), key=lambda e: e.name),
        "words": {code: word for code, (word, _tone) in WORDS.items()},
    }
    return page(request, "admin/arrivals.html", context, title=_("Sign-ins"))


def chosen(request: HttpRequest) -> Any:
    """The entries that the filter leaves, newest first."""
    rows = AccessLog.objects.filter(verb__in=arrivals.VERBS).order_by("-id")
    if who := whole(request.GET.get("who")):
        rows = rows.filter(actor=who)
    if (how := request.GET.get("how", "")) in WORDS:
        rows = rows.filter(verb=how)
    return between(rows, request.GET)


def drawn(row: AccessLog) -> dict[str, Any]:
    """One entry in words."""
    word, tone = WORDS[row.verb]
    return {
        "at": timezone.localtime(row.at).strftime("%Y-%m-%d %H:%M:%S"),
        "who": directory.person_name(row.actor),
        "login": row.data.get("login", ""),
        "word": word,
        "tone": tone,
        "address": row.data.get("address", ""),
        "device": row.data.get("device", ""),
    }


@administering
def export(request: HttpRequest) -> HttpResponse:
    """The same as a workbook; that it was taken away is itself kept."""

    def lines() -> Iterator[list[str]]:
        for row in chosen(request).iterator(chunk_size=1_000):
            line = drawn(row)
            yield [line["at"], line["who"], line["login"], str(line["word"]), line["address"], line["device"]]

    AccessLog.objects.create(
        at=clock.now(), actor=actor_of(request).id, verb="export", entity="org.arrivals", data={"asked": request.GET.dict()}
    )
    return workbook(_("Sign-ins"), [_("When"), _("By whom"), _("User name"), _("How"), _("Address"), _("Device")], lines())


urls = [path("admin/arrivals/", show), path("admin/arrivals/export/", export)]
