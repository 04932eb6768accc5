"""Layouts: in which order and under which headings the fields of a record stand, on its page and in its form, for whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from guanxi.kernel import layouts
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field
from guanxi.kernel.fields.column import Keyed
from guanxi.kernel.layouts import Arrangement, Place, Section
from guanxi.kernel.registry import registry
from guanxi.kernel.write import Invalidated, Refused
from guanxi.kernel.write import layouts as verbs
from guanxi.kernel.write.lists import may_shape
from guanxi.org import actors
from guanxi.org.models import Role
from guanxi.surfaces.admin.places import CONTENTS, PLACES, opened_to
from guanxi.surfaces.admin.places import Place as Entry
from guanxi.surfaces.admin.verbs import told
from guanxi.surfaces.pages import form
from guanxi.surfaces.pages.frame import actor_of, go, page

PLACES.append(
    Entry(
        "/admin/layouts/",
        "layout-grid",
        gettext_lazy("Layouts of forms"),
        gettext_lazy(
            "Order, sections, key figures and tabs of customers, contacts and all other records: for everybody, a form or a role."
        ),
        CONTENTS,
        "布局 表单 版式 分组 排列 详情页 页签 layout form section record page tab order",
        may_shape,
    )
)
shaping = opened_to(may_shape)
#: What a line of the editor's form says besides a field: a section begins, what is named nowhere, what is put away.
SECTION, REST, AWAY = "#", "+", "-"


@shaping
def show(request: HttpRequest) -> HttpResponse:
    """Every kind of record that has a form, and for whom it has been arranged."""
    found = [
        {"entity": e, "places": [_words(e, place) for place in sorted(layouts.arranged(e))]}
        for e in sorted(registry, key=lambda each: each.place)
        if _arrangeable(e)
    ]
    return page(request, "admin/layouts.html", {"entities": found}, title=_("Layouts of forms"))


@shaping
def one(request: HttpRequest, of: str) -> HttpResponse:
    """The layout of one kind of record for the form and role of the address; POST keeps it."""
    entity, place = _entity(of), _place(request, of)
    if request.method != "POST":
        known = layouts.at(entity, place) or layouts.at(entity, layouts.EVERYWHERE) or layouts.declared(entity)
        return _drawn(request, entity, place, known)
    wish = _wish(request)
    try:
        verbs.arrange(entity, place, wish, actor=actor_of(request))
    except Refused as refusal:
        return _drawn(request, entity, place, wish, refusal)
    return go(request, _address(entity, place), _("Saved. It holds from the next click of everybody."))


@shaping
def preview(request: HttpRequest, of: str) -> HttpResponse:
    """The empty form and the page of such a record as somebody of one role gets them; nothing can be typed or saved."""
    entity, (code, asked) = _entity(of), _place(request, of)
    roles = _roles()
    role = Role.objects.get(code=asked or next(iter(roles)))
    actor = actors.of_role(role)
    entry = next((each for each in entity.forms if each.code == code), None)
    arranged = layouts.of(entity, actor, code)
    visible = entity.visible(actor)
    context = {
        "entity": entity,
        "place": (code, role.code),
        "forms": _forms(entity),
        "roles": list(roles.items()),
        "sees": actor.may(entity.key, "view"),
        "creates": actor.may(entity.key, "create") or actor.may(entity.key, "edit"),
        "groups": form.groups(entity, actor, {}, {}, entry),
        "sections": _page_of(entity, arranged, visible),
        "tiles": [visible[key].label for key in arranged.tiles if key in visible],
        "tabs": [label for tab, label in verbs.tabs(entity).items() if tab in arranged.related and _opens(entity, tab, actor)],
    }
    words = {"entity": entity.label, "role": role.name}
    return page(request, "admin/layout_preview.html", context, title=_("“%(entity)s” as %(role)s gets it") % words)


def _page_of(entity: Entity, arranged: Arrangement, visible: Mapping[str, Field]) -> list[tuple[str, list[str]]]:
    """The sections of the page of a record with what stands in them for this reader, what is named nowhere at their end."""
    away = {*arranged.away, *entity.hidden_in_form}
    rest = [key for key in visible if key not in arranged.placed and key not in away and isinstance(visible[key].column, Keyed)]
    found = [(str(s.label), s.keys) for s in arranged.sections] + [(_("More"), tuple(rest))]
    named = [(label, [str(visible[key].label) for key in keys if key in visible and key not in arranged.away]) for label, keys in found]
    return [(label, fields) for label, fields in named if fields]


def _opens(entity: Entity, tab: str, actor: Actor) -> bool:
    """Whether a tab holds records of which the reader may see any."""
    child = next((child for child, key in registry.children(entity) if child.fields[key].extra["back"] == tab), None)
    if child is None and tab in entity.visible(actor):
        child = entity.fields[tab].kind.target  # type: ignore[attr-defined]
    return child is not None and actor.may(child.key, "view")


@shaping
@require_POST
def give_up(request: HttpRequest, of: str) -> HttpResponse:
    """Back to what holds without it."""
    entity, place = _entity(of), _place(request, of)
    verbs.give_up(entity, place, actor=actor_of(request))
    return go(request, _address(entity, place), _("The layout holds no longer."))


def _arrangeable(entity: Entity) -> bool:
    return bool(entity.slug and entity.layout)


def _entity(slug: str) -> Entity:
    entity = registry.by_slug(slug)
    if entity is None or not _arrangeable(entity):
        raise Http404
    return entity


def _place(request: HttpRequest, of: str) -> Place:
    """For whom, by the address. Raises Http404."""
    code, role = request.GET.get("form", ""), request.GET.get("role", "")
    if code not in {"", *(each.code for each in _entity(of).forms)} or role not in {"", *_roles()}:
        raise Http404
    return code, role


def _forms(entity: Entity) -> list[tuple[str, str]]:
    return [("", _("All forms")), *((each.code, str(each.label)) for each in entity.forms)]


def _roles() -> dict[str, str]:
    """Roles that see business data."""
    return {role.code: role.name for role in Role.objects.filter(active=True, admin=False).order_by("position", "id")}


def _address(entity: Entity, place: Place) -> str:
    return f"/admin/layouts/{entity.slug}/?form={place[0]}&role={place[1]}"


def _words(entity: Entity, place: Place) -> str:
    """For whom, in words."""
    forms = {each.code: str(each.label) for each in entity.forms}
    named = [forms.get(place[0], place[0]), _roles().get(place[1], place[1])]
    return " · ".join(part for part in named if part) or _("Everybody")


def _wish(request: HttpRequest) -> Arrangement:
    """What the editor sent: its lines in order, with the names of the sections beside them."""
    given = request.POST
    names = list(zip(given.getlist("zh"), given.getlist("en"), strict=False))
    sections: list[tuple[str, str, list[str]]] = []
    rest: list[str] = []
    away: list[str] = []
    into = rest
    for line in given.getlist("line"):
        if line == SECTION:
            into = []
            zh, en = names[len(sections)] if len(sections) < len(names) else ("", "")
            sections.append((zh, en, into))
        elif line in (REST, AWAY):
            into = rest if line == REST else away
        else:
            into.append(line)
    found = tuple(Section(zh, en, tuple(keys)) for zh, en, keys in sections)
    return Arrangement(found, tuple(away), tuple(given.getlist("tile")), tuple(given.getlist("tab")))


def _drawn(request: HttpRequest, entity: Entity, place: Place, wish: Arrangement, refusal: Refused | None = None) -> HttpResponse:
    fields = {key: field for key, field in entity.fields.items() if field.kind.name != "links"}
    known = [key for section in wish.sections for key in section.keys] + list(wish.away)
    context = {
        "entity": entity,
        "sections": [(section, _named(entity, section.keys)) for section in wish.sections],
        "rest": _named(entity, [key for key in fields if key not in known]),
        "away": _named(entity, wish.away),
        "tiles": _chosen(wish.tiles, {key: str(field.label) for key, field in fields.items()}),
        "tabs": _chosen(wish.related, verbs.tabs(entity)),
        "address": _address(entity, place),
        "away_address": _address(entity, place).replace("/?", "/give-up/?"),
        "place": place,
        "kept": layouts.at(entity, place) is not None,
        "forms": _forms(entity),
        "roles": [("", _("All roles")), *_roles().items()],
        "error": told(refusal),
        "wrong": set(refusal.errors) if isinstance(refusal, Invalidated) else set(),
    }
    words = {"entity": entity.label}
    return page(request, "admin/layout.html", context, title=_("Layout of “%(entity)s”") % words, status=422 if refusal else 200)


def _named(entity: Entity, keys: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {"key": key, "label": entity.fields[key].label, "required": entity.fields[key].required or key == entity.title}
        for key in keys
        if key in entity.fields
    ]


def _chosen(chosen: Sequence[str], offered: dict[str, str]) -> list[tuple[str, str, bool]]:
    """(code, label, whether it is chosen), those chosen first and in their order."""
    taken = [key for key in chosen if key in offered]
    return [(key, offered[key], True) for key in taken] + [(key, label, False) for key, label in offered.items() if key not in taken]


urls = [
    path("admin/layouts/", show),
    path("admin/layouts/<slug:of>/", one),
    path("admin/layouts/<slug:of>/preview/", preview),
    path("admin/layouts/<slug:of>/give-up/", give_up),
]
