"""What every page stands in: the signed-in actor, his record, the context of the shell, and what it answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from guanxi.kernel import one, patience, pooled
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Reader
from guanxi.kernel.registry import registry
from guanxi.org import hints
from guanxi.surfaces.pages import chrome, errors

View = Callable[..., HttpResponse]

#: Where a person with an initial password is sent before anything else, and then who owes a second factor.
PASSWORD_PAGE, SECOND_PAGE = "/settings/password/", "/settings/second/"


def signed_in(view: View) -> View:
    """Send strangers to the login; scripts are told and decide, for a part that a page fetches by itself leads nobody away."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if getattr(request, "actor", None) is not None:
            if (first := owed(request)) and not request.path.startswith(first):
                return HttpResponseRedirect(first)
            if "slug" in kwargs:
                request.actor = pooled.through(actor_of(request), kwargs["slug"])  # type: ignore[attr-defined]
            try:
                return view(request, *args, **kwargs)
            except OperationalError as error:
                if not patience.is_busy(error):
                    raise
                return busy(request)
        if request.headers.get("HX-Request"):
            return HttpResponse(status=401)
        return HttpResponseRedirect("/login/?" + urlencode({"next": request.get_full_path() if request.method == "GET" else "/"}))

    return guarded


def busy(request: HttpRequest) -> HttpResponse:
    """Others hold what is wanted, or it took too long: scripts are told and keep what is on the screen, a page says so."""
    said = _("Busy at the moment. Nothing you typed is lost; try again.")
    if request.headers.get("HX-Request") or request.headers.get("X-Requested-With"):
        response = toast(HttpResponse(said, status=503, content_type="text/plain; charset=utf-8"), said, level="error")
        response["HX-Reswap"] = "none"
    else:
        response = errors.answer(request, 503, said)
    response["Retry-After"] = "2"
    return response


def owed(request: HttpRequest) -> str:
    """The page that a person has to pass before all others; mostly none."""
    user: Any = request.user
    if user.must_change_password:
        return PASSWORD_PAGE
    return SECOND_PAGE if actor_of(request).guarded and not user.second else ""


def actor_of(request: HttpRequest) -> Actor:
    """The actor of a request that passed `signed_in`; on the pages of a pool he looks through its lens."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def reader_of(request: HttpRequest) -> Reader:
    """For whom values are rendered."""
    return Reader(actor_of(request))


def entity_or_404(request: HttpRequest, slug: str, action: str = "view") -> Entity:
    """The entity of an address, if the actor may `action` it at all; otherwise there is no such page."""
    entity = registry.by_slug(slug)
    if entity is None or not actor_of(request).may(entity.key, action):
        raise Http404
    return entity


def record_or_404(request: HttpRequest, entity: Entity, record_id: int, *, action: str = "view", deleted: bool | None = False) -> Any:
    """The record, if it is in scope."""
    row = one.find(entity, actor_of(request), record_id, action=action, deleted=deleted)
    if row is None:
        if not getattr(request, "preview", ""):  # whom one looks through asks for nothing
            hints.denied(actor_of(request).person)
        raise Http404
    return row


def shell(request: HttpRequest, title: str) -> dict[str, Any]:
    """The context of `ui/shell.html`."""
    user: Any = request.user
    return {
        "person": user.pk,
        "chrome": chrome.around(request, actor_of(request).person, user.theme, user.preferences.get("density", "")),
        "page_title": title,
        "lang": get_language(),
        "theme": user.theme,
        "density": user.preferences.get("density", ""),
        "rail": user.preferences.get("rail", ""),
        "toasts": _toasts(request),
        "preview": getattr(request, "preview", ""),
    }


def _toasts(request: HttpRequest) -> list[dict[str, str]]:
    if "_toast" not in getattr(request, "COOKIES", {}):
        return []
    kept = request.session.pop("toasts", [])
    return list(kept)


def page(request: HttpRequest, template: str, context: dict[str, Any], *, title: str, status: int = 200) -> HttpResponse:
    """A whole page in the shell."""
    response = render(request, template, {**shell(request, title), **context}, status=status)
    if "_toast" in request.COOKIES:
        response.delete_cookie("_toast")
    return response


def fragment(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A region of a page."""
    return render(request, template, {"lang": get_language(), **context}, status=status)


def triggers(response: HttpResponse, **events: Any) -> HttpResponse:
    """Add events for the browser, ASCII-escaped."""
    present = json.loads(response.headers.get("HX-Trigger", "{}"))
    response["HX-Trigger"] = json.dumps({**present, **{k.replace("__", ":"): v for k, v in events.items()}})
    return response


def toast(response: HttpResponse, message: str, *, undo: str = "", level: str = "ok", link: str = "", to: str = "") -> HttpResponse:
    """A toast with the answer of an htmx request; `to` is what its link says."""
    return triggers(response, toast={"message": message, "undo": undo, "level": level, "link": link, "link_label": to})


def go(request: HttpRequest, url: str, message: str = "", *, undo: str = "", level: str = "ok") -> HttpResponse:
    """After a write: load another page, carrying a toast over."""
    if message:
        request.session["toasts"] = [{"message": message, "undo": undo, "level": level}]
    response = HttpResponse(headers={"HX-Redirect": url}) if request.headers.get("HX-Request") else HttpResponseRedirect(url)
    if message:
        response.set_cookie("_toast", "1", samesite="Lax", httponly=True)
    return response


__all__ = [
    "actor_of", "entity_or_404", "fragment", "go", "page", "reader_of", "record_or_404", "signed_in",
    "toast", "triggers",
]  # fmt: skip
