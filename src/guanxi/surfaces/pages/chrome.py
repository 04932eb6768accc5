"""The chrome around every page: menu, search, quick create and the words of the scripts.

It is the same for a person until rights, shape, language or the place in the menu change, so it is rendered then and
kept; what differs from one request to the next, the token of its forms and the address to come back to, is put in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from guanxi.kernel import directory, pools
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.kept import Kept
from guanxi.kernel.registry import registry
from guanxi.surfaces.ui.environment import drawn


class Place(NamedTuple):
    """A menu entry that is no entity, for whom it is shown to."""

    slug: str
    url: str
    icon: str
    label: Callable[[], str]
    shown: Callable[[Actor], bool] = lambda actor: True


#: Filled by the pages that answer them.
PLACES: list[Place] = [Place("home", "/", "layout-dashboard", lambda: _("Workbench"))]
ADMINISTRATION = "/admin/"
_TOKEN, _HERE = "\x02token\x03", "\x02here\x03"


class Chrome(NamedTuple):
    """HTML before and after the page's own part, and the token of this request's forms: masking it anew for each use costs."""

    before: Markup
    after: Markup
    token: str = ""


_chromes: Kept[Chrome] = Kept(2_000)


def around(request: HttpRequest, actor: Actor, theme: str, density: str) -> Chrome:
    """The chrome for this request."""
    place = place_of(request.path)
    kept, token = _chromes.get(actor, (place, theme, density), lambda: _render(actor, place, theme, density)), get_token(request)
    return Chrome(kept.before.replace(_TOKEN, token).replace(_HERE, escape(request.get_full_path())), kept.after, token)


def place_of(path: str) -> str:
    """Which entry of the menu an address belongs to; empty for none."""
    if any(path == place.url for place in PLACES):
        return path
    if path.startswith(ADMINISTRATION):
        return ADMINISTRATION
    slug = path.split("/", 2)[1]
    return f"/{slug}/" if registry.by_slug(slug) else ""


def _render(actor: Actor, place: str, theme: str, density: str) -> Chrome:
    sections = menu(actor, place)
    context = {
        "actor": {
            "name": actor.name,
            "face": directory.picture(actor.id, actor),
            "department": directory.department_name(actor.department),
        },
        "menu": sections,
        "dock": dock(sections),
        "quick_create": quick_create(actor),
        "notices": 0,
        "lang": get_language(),
        "theme": theme,
        "density": density,
        "csrf_token": _TOKEN,
        "here": _HERE,
    }
    return Chrome(drawn("ui/before.html", context), drawn("ui/after.html", context))


def menu(actor: Actor, place: str) -> list[dict[str, Any]]:
    """The rail: workbench first, then each section with the entities the actor may view."""
    shown = [p for p in PLACES if p.shown(actor)]
    first = [{"slug": p.slug, "url": p.url, "icon": p.icon, "label": p.label(), "active": place == p.url} for p in shown]
    sections: dict[str, list[dict[str, Any]]] = {}
    several = sum(1 for entity in registry if entity.pooled and pools.joined(entity, actor)) > 1
    for entity in registry.in_menu():
        if entity.in_menu and actor.may(entity.key, "view"):
            url = f"/{entity.slug}/"
            item = {"slug": entity.slug, "url": url, "icon": entity.icon, "label": str(entity.label_plural), "active": place == url}
            sections.setdefault(str(entity.section), []).append(item)
        if entity.pooled and (joined := pools.joined(entity, actor)):
            sections.setdefault(str(entity.section), []).append(_pool_item(entity, joined, place, named=several))
    if actor.administers or actor.keeps or actor.shapes:
        here = place == ADMINISTRATION
        item = {"slug": "admin", "url": ADMINISTRATION, "icon": "adjustments", "label": _("Administration"), "active": here}
        sections.setdefault(_("Settings"), []).append(item)
    return [{"label": "", "items": first}, *({"label": label, "items": items} for label, items in sections.items())]


def _pool_item(entity: Entity, joined: list[pools.Pool], place: str, *, named: bool) -> dict[str, Any]:
    """The public pools of an entity stand beside it under one entry, which opens the first; tabs there lead to the others.

    It is `named` after what lies there where a person has pools of several entities.
    """
    urls = [f"/{pool.slug}/" for pool in joined]
    label = _("%(entity)s pool") % {"entity": entity.label} if named else _("Public pool")
    return {"slug": joined[0].slug, "url": urls[0], "icon": "ripple", "label": label, "active": place in urls}


def quick_create(actor: Actor) -> list[dict[str, Any]]:
    """What the + menu offers."""
    return [
        {"slug": e.slug, "label": str(e.label), "icon": e.icon, "url": f"/{e.slug}/new/?quick=1"}
        for e in registry.in_menu()
        if e.quick and actor.may(e.key, "create")
    ]


def dock(sections: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The phone's bottom bar: workbench, the first entity, and after the plus the first of the second section and the last of the first."""
    entities = [s["items"] for s in sections[1:]]
    chosen = [sections[0]["items"][0], *(items[0] for items in entities[:1]), *(items[0] for items in entities[1:2])]
    if entities and len(entities[0]) > 1:
        chosen.append(entities[0][-1])
    return chosen
