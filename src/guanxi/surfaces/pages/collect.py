"""A collection form as strangers see it: filled in without an account, a session or a script.

A form that is switched off, or that nobody answers for any more, answers like a link that never was. Nothing here looks into
records: what stands in the way of a new one is for who answers for the form to know.
"""

from __future__ import annotations

import re
from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from guanxi.kernel import patience, tally
from guanxi.kernel.fields.base import Reader
from guanxi.kernel.write import Invalidated
from guanxi.org.address import client_address
from guanxi.surfaces.collecting import drawing, standing, taking, ticket
from guanxi.surfaces.collecting.asking import lines, said
from guanxi.surfaces.collecting.models import CollectForm
from guanxi.surfaces.collecting.standing import Standing
from guanxi.surfaces.pages.form import posted

#: Bytes of what is sent; submissions of one form in an hour, and of these from one address: a fair shares one.
LARGEST, A_FORM, FROM_ONE_PLACE, WINDOW = 256 * 1024, 1_000, 100, 3600
#: A field that no person sees: what fills it in is a program.
TRAP = "_homepage"
CONSENT = "_consent"
TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")
LANGUAGES = {"zh-hans": "中文", "en": "English"}
#: No script at all, and nothing from elsewhere: stricter than the pages of the house.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


def nowhere(request: HttpRequest, token: str = "") -> HttpResponse:
    """What a link that never was answers, and a form that is switched off."""
    with override(_language(request, None)):
        return _answer(request, "collect/away.html", {"page_title": _("This form is not there")}, 404)


# Exempt, for there is no session: what a browser sends along of its own accord means nothing here. The ticket stands in the token's place.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def fill(request: HttpRequest, token: str) -> HttpResponse:
    """The form, and what is sent by it."""
    form = _found(token)
    stands = standing.of(form) if form is not None else None
    if form is None or stands is None or not stands.told:
        return nowhere(request)
    with override(_language(request, form)):
        try:
            if request.method == "POST":  # also when it has closed: what took the last place may be sent twice
                return _sent(request, form, stands)
            return _drawn(request, form, stands, {}, {}) if stands.state == standing.OPEN else _over(request, form, stands.state)
        except taking.Closed as closed:
            return _over(request, form, closed.state) if closed.state in standing.TOLD else nowhere(request)


@never_cache
@require_http_methods(["GET", "HEAD"])
def thanks(request: HttpRequest, token: str) -> HttpResponse:
    """What is said once something has arrived."""
    form = _found(token)
    stands = standing.of(form) if form is not None else None
    if form is None or stands is None or not stands.told:
        return nowhere(request)
    with override(_language(request, form)):
        context = {**_about(request, form), "thanks": said(form.words, "thanks"), "more": stands.state == standing.OPEN}
        return _answer(request, "collect/thanks.html", context)


def look(request: HttpRequest, form: CollectForm) -> HttpResponse:
    """The form as strangers would see it, for who makes it: nothing can be sent. Its kind of record is in use."""
    with override(_language(request, form)):
        return _drawn(
            request, form, standing.of(form), {}, {}, note=_("This is only a look: nothing can be sent."), status=200, sends=False
        )


def _found(token: str) -> CollectForm | None:
    known = CollectForm.objects.select_related("person").filter(active=True)
    return known.filter(token=token).first() if TOKEN.fullmatch(token) else None


def _sent(request: HttpRequest, form: CollectForm, stands: Standing) -> HttpResponse:
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
        return _drawn(request, form, stands, {}, {}, note=_("That is too much for this form. Write less and send it again."), status=413)
    assert stands.entity is not None
    reader = Reader(stands.writer(form))
    asked = lines(form, stands.entity, reader.actor)
    typed = _clean(posted(request, {line.key: line.field for line in asked}))
    values, errors = taking.read(asked, typed, reader)
    consent = said(form.words, "consent")
    if consent and not request.POST.get(CONSENT):
        errors[CONSENT] = _("Without this we may not take what you send.")
    note, status = _spam(request, form)
    if not note and not errors:
        try:
            taking.receive(form, asked, values, once=ticket.digest(request.POST.get("_ticket", ""), values), consent=consent)
            return HttpResponseRedirect(_address(request, form, "thanks/"), status=303)
        except Invalidated as refusal:
            errors = refusal.errors
        except OperationalError as error:
            if not patience.is_busy(error):
                raise
            note, status = _("Busy at the moment. Nothing you typed is lost; send it once more."), 503
    if stands.state != standing.OPEN:
        return _over(request, form, stands.state)
    return _drawn(request, form, stands, typed, errors, note=note, status=status if note else 422)


def _spam(request: HttpRequest, form: CollectForm) -> tuple[str, int]:
    """What is said to what looks like a program or comes too often, with the status; nothing for everybody else."""
    where = client_address(request)
    often = tally.add("collect from", form.pk, where, seconds=WINDOW) > FROM_ONE_PLACE
    if often or tally.add("collect", form.pk, seconds=WINDOW) > A_FORM:
        return _("Too much is sent at the moment. Try again in an hour; what you typed stays here as long as this page is open."), 429
    if request.POST.get(TRAP):
        return _("Nothing was sent: leave the last box, which people do not see, empty, and send it once more."), 422
    judged = ticket.judge(form.pk, request.POST.get("_ticket", ""))
    if judged == ticket.QUICK:
        return _("That was very quick. Look over what you typed, and send it once more."), 422
    return (_("This page had been open for long. Look over what you typed, and send it once more."), 422) if judged else ("", 200)


def _clean(typed: dict[str, Any]) -> dict[str, Any]:
    """What was typed as PostgreSQL can keep it."""
    plain = lambda text: text.replace("\x00", "")
    return {key: list(map(plain, raw)) if isinstance(raw, list) else plain(raw) for key, raw in typed.items()}


def _drawn(
    request: HttpRequest,
    form: CollectForm,
    stands: Standing,
    typed: dict[str, Any],
    errors: dict[str, str],
    *,
    note: str = "",
    status: int = 200,
    sends: bool = True,
) -> HttpResponse:
    assert stands.entity is not None
    reader = Reader(stands.writer(form))
    given = request.POST.get("_ticket", "") if request.method == "POST" and status != 413 else ""
    fields = []
    for line in lines(form, stands.entity, reader.actor):
        raw = typed.get(line.key)
        with_currency = f"{raw} {typed[f'{line.key}_currency']}" if f"{line.key}_currency" in typed and raw else raw
        fields.append(drawing.control(line, with_currency, errors.get(line.key, ""), reader))
    context = {
        **_about(request, form),
        "intro": said(form.words, "intro"),
        "consent": said(form.words, "consent"),
        "agreed": bool(request.method == "POST" and status != 413 and request.POST.get(CONSENT)),
        "fields": fields,
        "errors": errors,
        "note": note or (_("Nothing is sent yet. Mend what is marked and send it again.") if errors else ""),
        # One that is fine goes on: sent again from this page it is still the same, and its age is not made young again.
        "ticket": given if given and ticket.judge(form.pk, given) != ticket.OLD else ticket.draw(form.pk),
        "trap": TRAP,
        "sends": sends,
        "consent_name": CONSENT,
    }
    return _answer(request, "collect/form.html", context, status)


def _over(request: HttpRequest, form: CollectForm, state: str) -> HttpResponse:
    words = _("It was open until %(day)s.") % {"day": form.until} if state == standing.ENDED else _("It has received all that it takes.")
    return _answer(request, "collect/over.html", {**_about(request, form), "words": words}, 410)


def _about(request: HttpRequest, form: CollectForm) -> dict[str, Any]:
    switch = {code: word for code, word in LANGUAGES.items() if code != get_language()} if not form.language else {}
    return {"page_title": said(form.words, "title"), "address": _address(request, form), "languages": switch}


def _address(request: HttpRequest, form: CollectForm, end: str = "") -> str:
    chosen = request.GET.get("lang", "")
    return f"/f/{form.token}/{end}" + (f"?lang={chosen}" if chosen in LANGUAGES and not form.language else "")


def _language(request: HttpRequest, form: CollectForm | None) -> str:
    """That of the form; else the one that the link names; else that of the browser."""
    chosen = request.GET.get("lang", "")
    return (form.language if form else "") or (chosen if chosen in LANGUAGES else "") or get_language() or "zh-hans"


def _answer(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    response = render(request, template, {"lang": get_language(), "theme": "auto", **context}, status=status)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Content-Language"] = get_language() or ""
    return response


#: The first keeps the address for forms: no kind of record that administrators design gets it.
urls = [path("f/", nowhere), path("f/<str:token>/", fill), path("f/<str:token>/thanks/", thanks)]
