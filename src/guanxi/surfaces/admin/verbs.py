"""A button of an administration page that does something to one account, department or team, and answers with its page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanxi.kernel.actor import Actor
from guanxi.kernel.whole import whole
from guanxi.kernel.write import Invalidated, Refused
from guanxi.surfaces.admin.places import administering, looking_after
from guanxi.surfaces.pages.frame import View, actor_of, fragment, go

M = TypeVar("M", bound=models.Model)


def ceiling_of(request: HttpRequest) -> int | None:
    """The limit that somebody typed, None for none. Raises Invalidated."""
    text = request.POST.get("ceiling", "").strip()
    most = whole(text) if text else None
    if text and most is None:
        raise Invalidated({"ceiling": _("Give a whole number, or nothing for no limit.")})
    return most


def told(refusal: Refused | None) -> str:
    """What a page says over what was refused."""
    return " ".join(refusal.errors.values()) if isinstance(refusal, Invalidated) else str(refusal or "")


def founded(request: HttpRequest, create: Callable[..., models.Model], *, template: str, address: str, said: str) -> HttpResponse:
    """Something new by name and purpose, asked for in the modal: `create(name, about, actor=)`, then its page with what is `said`."""
    name, about, errors = request.POST.get("name", ""), request.POST.get("about", ""), {}
    if request.method == "POST":
        try:
            made: Any = create(name, about, actor=actor_of(request))
            return go(request, address.format(made.pk), said % {"name": made.name})
        except Invalidated as refusal:
            errors = refusal.errors
    return fragment(request, template, {"name": name, "about": about, "errors": errors}, status=422 if errors else 200)


def on_one(
    model: type[M],
    do: Callable[[HttpRequest, M], str],
    *,
    refused: Callable[[HttpRequest, M, Any], HttpResponse],
    address: str,
    catching: type[Refused] = Invalidated,
    among: Callable[[Actor], Any] | None = None,
) -> View:
    """The view: POST does it to the one whose number the address names, and goes to `address` with what `do` says.

    What is refused is drawn by `refused`, over the row as it is stored. 404 for who does not administer, and for no such row;
    with `among` for who looks after nobody, and for a row that is not among those of the actor.
    """

    @(looking_after if among else administering)
    @require_POST
    def view(request: HttpRequest, **place: int) -> HttpResponse:
        (number,) = place.values()
        one = get_object_or_404(among(actor_of(request)) if among else model, pk=number)
        try:
            said = do(request, one)
        except catching as refusal:
            one.refresh_from_db()
            return refused(request, one, refusal)
        return go(request, address.format(one.pk), said)

    return view
