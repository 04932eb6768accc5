"""Where somebody asks for an account, and where administrators answer."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from guanxi.kernel import directory, tally
from guanxi.kernel.write import Invalidated, NotFound
from guanxi.org import arrivals
from guanxi.org.address import client_address
from guanxi.people import registration
from guanxi.people.models import Registration
from guanxi.surfaces import letters
from guanxi.surfaces.admin.places import PEOPLE, PLACES, Place, administering
from guanxi.surfaces.pages import session
from guanxi.surfaces.pages.frame import actor_of, go, page

#: Requests from one address in a window of so many seconds; an office shares one.
FROM_ONE_PLACE, WINDOW = 20, 3600
PLACE = "/admin/registrations/"
SHOWN = 50
PLACES.append(
    Place(
        PLACE,
        "user-plus",
        gettext_lazy("Registrations"),
        gettext_lazy("Whether people may ask for an account themselves, what they read first, and who waits for an answer."),
        PEOPLE,
        "注册 自助注册 审批 注意事项 申请账号 register sign up",
    )
)
STATES = {"agreed": (gettext_lazy("Account opened"), "g"), "refused": (gettext_lazy("Refused"), "r")}


@never_cache
def ask(request: HttpRequest) -> HttpResponse:
    """The notice, then the form; the same answer to whoever asks."""
    if not registration.is_open():
        raise Http404
    text = registration.notice()
    if request.method != "POST":
        return _drawn(request, "notice" if text and request.GET.get("step") != "form" else "form", notice=text)
    values, errors = registration.read({key: request.POST.get(key, "") for key in registration.LENGTHS})
    if text and not request.POST.get("read"):
        errors["read"] = _("Confirm that you have read the notice.")
    if errors:
        return _drawn(request, "form", status=422, notice=text, values=values, errors=errors)
    if tally.add("registration from", client_address(request), seconds=WINDOW) > FROM_ONE_PLACE:
        errors["read"] = _("Too many attempts. Try again in an hour.")
        return _drawn(request, "form", status=429, notice=text, values=values, errors=errors)
    registration.ask(values, address=client_address(request), language=get_language() or "zh-hans")
    arrivals.note(request, arrivals.REGISTERED, login=values["name"])
    return _drawn(request, "asked", notice=text)


def _drawn(request: HttpRequest, step: str, *, status: int = 200, **context: Any) -> HttpResponse:
    base = {"lang": get_language(), "theme": "auto", "step": step, "page_title": _("Ask for an account"), "values": {}, "errors": {}}
    return render(request, "people/register.html", {**base, **context}, status=status)


session.ASIDES.append(lambda: ("/register/", _("No account yet? Ask for one")) if registration.is_open() else None)


@administering
def show(request: HttpRequest) -> HttpResponse:
    """Who waits, the switch with the notice, and what was decided lately."""
    return drawn(request)


def drawn(request: HttpRequest, errors: dict[str, str] | None = None, of: int = 0) -> HttpResponse:
    """The page, with what was refused; `of` is the request that it concerns."""
    actor = actor_of(request)
    context = {
        "rows": [_line(row) for row in registration.waiting(actor)[:SHOWN]],
        "count": registration.waiting(actor).count(),
        "decided": [_line(row) for row in registration.decided(actor)[:SHOWN]],
        "open": registration.is_open(),
        "notice": request.POST.get("notice", "") if errors and not of else registration.notice(),
        "mail": letters.possible(),
        "errors": errors or {},
        "of": of,
    }
    return page(request, "people/registrations.html", context, title=_("Registrations"), status=422 if errors else 200)


def _line(row: Registration) -> dict[str, Any]:
    word, tone = STATES.get(row.state, ("", ""))
    clock_words = lambda moment: timezone.localtime(moment).strftime("%Y-%m-%d %H:%M") if moment else ""
    return {
        "row": row,
        "at": clock_words(row.asked_at),
        "decided_at": clock_words(row.decided_at),
        "by": directory.person_name(row.decided_by),
        "known": list(registration.known(row)[:3]) if row.state == "waiting" else [],
        "word": word,
        "tone": tone,
    }


@administering
@require_POST
def rules(request: HttpRequest) -> HttpResponse:
    """The switch and the notice."""
    try:
        registration.put(switch=bool(request.POST.get("open")), text=request.POST.get("notice", ""), actor=actor_of(request))
    except Invalidated as refusal:
        return drawn(request, refusal.errors)
    return go(request, PLACE, _("Saved"))


@administering
@require_POST
def refuse(request: HttpRequest, number: int) -> HttpResponse:
    """No, with the reason; it is mailed where there is mail and an address."""
    try:
        row = registration.refuse(number, request.POST.get("reason", ""), actor=actor_of(request))
    except NotFound as missing:
        raise Http404 from missing
    except Invalidated as refusal:
        return drawn(request, refusal.errors, number)
    answer_later(row)
    return go(request, PLACE, _("%(name)s was told no.") % {"name": row.name})


def answer_later(row: Registration) -> None:
    """A letter, where it can be sent and somebody would get it."""
    if letters.possible() and row.email:
        letters.later("registration", number=row.pk)


@letters.writer("registration")
def write(number: int) -> None:
    """What was decided."""
    row = Registration.objects.select_related("account").filter(pk=number).exclude(state="waiting").exclude(email="").first()
    if row is not None:
        letters.send_to(row.email, row.name, row.language, lambda: _letter(row))


def _letter(row: Registration) -> tuple[str, list[str], str, str]:
    if row.state == "refused":
        return _("Your request for an account"), [_("Your request for an account was not granted: %(why)s") % {"why": row.reason}], "", ""
    login = row.account.login if row.account else ""
    lines = [
        _("Your account is open. Your user name is %(login)s.") % {"login": login},
        _("An administrator gives you the first password, which you change when you log in."),
    ]
    return _("Your account is open"), lines, _("Log in"), "/login/"


urls = [
    path("register/", ask),
    path("admin/registrations/", show),
    path("admin/registrations/rules/", rules),
    path("admin/registrations/<int:number>/refuse/", refuse),
]
