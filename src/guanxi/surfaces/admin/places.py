"""The hub of administration: every page of it says here what it is and by which words it is found."""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.kernel.fields.base import Label
from guanxi.kernel.fold import fold
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


PLACES: list[Place] = []


def administering(view: View) -> View:
    """Only for whoever administers; to others there is no such page."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not actor_of(request).administers:
            raise Http404
        return view(request, *args, **kwargs)

    return signed_in(guarded)


@administering
def hub(request: HttpRequest) -> HttpResponse:
    """All pages by section, narrowed by `?q=`."""
    text = request.GET.get("q", "").strip()[:60]
    asked = fold(text)
    found = [p for p in PLACES if asked in fold(f"{p.label} {p.about} {p.section} {p.words}")]
    sections: dict[str, list[Place]] = {}
    for place in found:
        sections.setdefault(str(place.section), []).append(place)
    return page(request, "admin/hub.html", {"sections": sections, "q": text}, title=_("Administration"))


PEOPLE, ACCESS, TRAILS = gettext_lazy("People"), gettext_lazy("Access"), gettext_lazy("Trails")
urls = [path("admin/", hub)]
