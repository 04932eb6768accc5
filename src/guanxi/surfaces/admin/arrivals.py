"""The log of who came in, was turned away and left, filtered and exported."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.kernel import clock, directory
from guanxi.kernel.actor import Actor
from guanxi.kernel.models import AccessLog
from guanxi.kernel.whole import whole
from guanxi.org import arrivals, origins, reach
from guanxi.surfaces.admin.places import PLACES, TRAILS, Place, looking_after
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
        reach.somewhere,
    )
)
WORDS = {
    arrivals.IN: (gettext_lazy("signed in"), "g"),
    arrivals.WRONG: (gettext_lazy("wrong user name or password"), "r"),
    arrivals.PAUSED: (gettext_lazy("too many attempts"), "r"),
    arrivals.OUT: (gettext_lazy("signed out"), ""),
    "preview": (gettext_lazy("looks through a colleague's eyes"), "a"),
    "preview_end": (gettext_lazy("sees as himself again"), ""),
    arrivals.PASSWORD: (gettext_lazy("changed the password"), "b"),
    arrivals.SECOND_WRONG: (gettext_lazy("wrong second factor"), "r"),
    arrivals.SECOND_SET: (gettext_lazy("set up the second factor"), "b"),
    arrivals.SECOND_GONE: (gettext_lazy("removed the second factor"), "a"),
    arrivals.ENDED: (gettext_lazy("ended open sessions"), "a"),
    arrivals.RECOVERY: (gettext_lazy("asked for a new password by mail"), "a"),
    arrivals.RECOVERED: (gettext_lazy("set a new password by mail"), "b"),
    arrivals.SINGLE_WRONG: (gettext_lazy("unknown at single sign-on"), "r"),
    arrivals.LINKED: (gettext_lazy("linked a sign-on service"), "b"),
    arrivals.UNLINKED: (gettext_lazy("removed the link to a sign-on service"), "a"),
    arrivals.REGISTERED: (gettext_lazy("asked for an account"), "a"),
    arrivals.FULL: (gettext_lazy("found every shared licence in use"), "r"),
    arrivals.CODES: (gettext_lazy("made new recovery codes"), "b"),
}


@looking_after
def show(request: HttpRequest) -> HttpResponse:
    """The newest first, fifty a page."""
    context = {
        **sheet(request, "/admin/arrivals/", chosen(request), ("who", "how", "since", "until"), drawn),
        "placed": origins.configured(),
        "people": reach.accounts(actor_of(request)).order_by("name"),
        "words": {code: word for code, (word, _tone) in WORDS.items()},
    }
    return page(request, "admin/arrivals.html", context, title=_("Sign-ins"))


def chosen(request: HttpRequest) -> Any:
    """The entries that the filter leaves, newest first."""
    rows = _within(AccessLog.objects.filter(verb__in=WORDS).order_by("-id"), actor_of(request))
    if who := whole(request.GET.get("who")):
        rows = rows.filter(actor=who)
    if (how := request.GET.get("how", "")) in WORDS:
        rows = rows.filter(verb=how)
    return between(rows, request.GET)


def _within(rows: Any, actor: Actor) -> Any:
    """What befell the accounts that the actor may touch, and his own: came from them, or typed their user names before anybody was known."""
    if reach.everywhere(actor):
        return rows
    known = {user.pk: user.login for user in reach.accounts(actor) if user.pk == actor.id or reach.covers(actor, user)}
    return rows.filter(Q(actor__in=list(known)) | Q(actor=None, data__login__in=list(known.values())))


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
        "place": origins.place(row.data.get("address", "")),
        "device": row.data.get("device", ""),
    }


@looking_after
def export(request: HttpRequest) -> HttpResponse:
    """The same as a workbook; that it was taken away is itself kept."""

    def lines() -> Iterator[list[str]]:
        for row in chosen(request).iterator(chunk_size=1_000):
            line = drawn(row)
            yield [line["at"], line["who"], line["login"], str(line["word"]), line["address"], line["place"], line["device"]]

    AccessLog.objects.create(
        at=clock.now(), actor=actor_of(request).id, verb="export", entity="org.arrivals", data={"asked": request.GET.dict()}
    )
    return workbook(_("Sign-ins"), [_("When"), _("By whom"), _("User name"), _("How"), _("Address"), _("Place"), _("Device")], lines())


urls = [path("admin/arrivals/", show), path("admin/arrivals/export/", export)]
