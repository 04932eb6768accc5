"""The hub of administration: every page of it says here what it is and by which words it is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.kernel.actor import Actor
from guanxi.kernel.fields.base import Label
from guanxi.kernel.fold import fold
from guanxi.org import reach
from guanxi.surfaces.pages.frame import View, actor_of, page, signed_in


@dataclass(frozen=True)
class Place:
    """One page of administration; `words` are what people might call it."""

    url: str
    icon: str
    label: Label
    about: Label
    section: Label
    words: str = ""
    #: To whom it is open; whoever opens it sees there what he looks after.
    open_to: Callable[[Actor], bool] = reach.everywhere


PLACES: list[Place] = []


def opened_to(may: Callable[[Actor], bool]) -> Callable[[View], View]:
    """Only for those; to others there is no such page."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not may(actor_of(request)):
                raise Http404
            return view(request, *args, **kwargs)

        return signed_in(guarded)

    return guard


#: For system administrators; for whoever looks after anybody's account.
administering, looking_after = opened_to(lambda actor: actor.administers), opened_to(reach.somewhere)


def any_place(actor: Actor) -> bool:
    """Whether there is any page of administration for him."""
    return any(place.open_to(actor) for place in PLACES)


@opened_to(any_place)
def hub(request: HttpRequest) -> HttpResponse:
    """All pages by section, narrowed by `?q=`."""
    text = request.GET.get("q", "").strip()[:60]
    asked = fold(text)
    found = [p for p in PLACES if p.open_to(actor_of(request)) and asked in fold(f"{p.label} {p.about} {p.section} {p.words}")]
    sections: dict[str, list[Place]] = {}
    for place in found:
        sections.setdefault(str(place.section), []).append(place)
    return page(request, "admin/hub.html", {"sections": sections, "q": text}, title=_("Administration"))


PEOPLE, ACCESS, TRAILS = gettext_lazy("People"), gettext_lazy("Access"), gettext_lazy("Trails")
CONTENTS = gettext_lazy("Lists and rules")
urls = [path("admin/", hub)]
