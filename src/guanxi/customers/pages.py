"""Where the contents that this area keeps are found in administration; their pages are those of any entity."""

from __future__ import annotations

from django.urls import URLPattern
from django.utils.translation import gettext_lazy

from guanxi.kernel.actor import Actor
from guanxi.surfaces.admin.places import CONTENTS, PLACES, Place


def _shapes(actor: Actor) -> bool:
    return (actor.shapes or actor.administers) and actor.may("customers.pool", "view")


PLACES.append(
    Place(
        "/pools/",
        "ripple",
        gettext_lazy("Public pools"),
        gettext_lazy("Which public pools there are, and by which rules customers fall into them."),
        CONTENTS,
        "公海 规则 回收 pool rule recycle",
        _shapes,
    )
)
urls: list[URLPattern] = []
