"""What people keep about a list: views with a name, and the columns and widths that suit them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanxi.kernel import directory
from guanxi.kernel.actor import Actor
from guanxi.kernel.condition import tree
from guanxi.kernel.condition.tree import ConditionError
from guanxi.kernel.entity import Entity
from guanxi.kernel.statement import prepared_cursor
from guanxi.kernel.whole import whole
from guanxi.surfaces.models import Layout, SavedView
from guanxi.surfaces.pages import reach, shapes
from guanxi.surfaces.pages.frame import actor_of, entity_or_404, fragment, go, signed_in, toast

#: Views of one person on one entity, and how many of the others' shared ones stand in the strip.
MOST_OWN, MOST_SHARED = 30, 20
WIDEST = 2_000


@dataclass(frozen=True)
class Kept:
    """A saved view as the strip of a list shows it."""

    id: int
    name: str
    where: Any
    sort: str
    layout: str
    columns: tuple[str, ...]
    by: str = ""
    #: Whether it is this person's own.
    mine: bool = True
    #: How closely it is meant to open the list for this person: 0 not at all, 1 as one of all, 2 by his role or department.
    opening: int = 0


@dataclass(frozen=True)
class Arrangement:
    """What a person's list is made of: the views of its strip, the columns and widths he has arranged."""

    views: tuple[Kept, ...] = ()
    columns: tuple[str, ...] = ()
    widths: dict[str, int] = field(default_factory=dict)
    looks: dict[str, dict[str, Any]] = field(default_factory=dict)
    pinned: tuple[str, ...] = ()
    #: The code of the view with which the list opens, "" for the first one; and of the one that he has chosen for that.
    opening: str = ""
    chosen: str = ""


def place_of(entity: Entity) -> str:
    """Under which name views and columns of an entity are kept."""
    return entity.kept_as or entity.key


def arrangement(entity: Entity, actor: Actor) -> Arrangement:
    """His own views, then those that colleagues share, and his columns: one query, asked by every list."""
    user_id, place = actor.id or 0, place_of(entity)
    statement, bounds = (_ARRANGEMENT, []) if actor.within is None else (_IN_COMPANY, [list(directory.colleagues(actor))])
    circles = [list(actor.roles), list(directory.above(actor.departments))]
    with prepared_cursor() as cursor:
        cursor.execute(statement, [user_id, *bounds, *circles, place, user_id, user_id, MOST_OWN + MOST_SHARED, place, user_id])
        saved, columns, widths, looks, pinned, opening = cursor.fetchone()
    rows = [Kept(i, n, w, s or "", k, tuple(c), b, mine, o) for mine, i, n, w, s, k, c, b, o in json.loads(saved or "[]")]
    shown = (*(view for view in rows if view.mine), *[view for view in rows if not view.mine][:MOST_SHARED])
    meant = max(shown, key=lambda view: view.opening, default=None)
    return Arrangement(
        shown,
        tuple(json.loads(columns or "[]")),
        json.loads(widths or "{}"),
        json.loads(looks or "{}"),
        tuple(json.loads(pinned or "[]")),
        opening or (f"s{meant.id}" if meant and meant.opening else ""),
        opening or "",
    )


#: Mine first, so that however many others share, none of mine is cut off; of theirs first what opens the list.
_ARRANGEMENT = """
SELECT (SELECT jsonb_agg(jsonb_build_array(owner_id = %s, id, name, "where", sort, layout, columns, "by", opens)) FROM (
    SELECT *, CASE WHEN NOT (opening AND reached) THEN 0 WHEN roles = '{}' AND departments = '{}' THEN 1 ELSE 2 END AS opens FROM (
        SELECT *, shared AND (roles = '{}' AND departments = '{}' OR roles && %s::varchar[] OR departments && %s::bigint[]) AS reached
        FROM surfaces_savedview WHERE entity = %s) AS known
    WHERE owner_id = %s OR reached
    ORDER BY owner_id <> %s, opens DESC, position, id LIMIT %s) AS shown),
    kept.columns, kept.widths, kept.looks, kept.pinned, kept.opening
FROM (SELECT 1) AS one LEFT JOIN surfaces_layout AS kept ON kept.entity = %s AND kept.owner_id = %s
"""
#: What is shared by people of another company bears names that are nobody's business here.
_IN_COMPANY = _ARRANGEMENT.replace("shared AND", "shared AND owner_id = ANY(%s) AND")


def checked(entity: Entity, actor: Actor, given: QueryDict, view: SavedView | None = None) -> tuple[dict[str, Any], str]:
    """The values of a view out of a form, and what is wrong with them, if anything."""
    name = given.get("name", "").replace("\x00", "").strip()[:60]
    if not name:
        return {}, _("Give the view a name.")
    try:
        where = tree.read(str(given["where"])) if given.get("where") else []
        tree.parse(entity, where, actor)
        sort = given.get("sort", "")
        if sort:
            entity.rows(actor).sort(sort)
    except ConditionError as error:
        return {}, str(error)
    layout, by = given.get("layout", ""), given.get("by", "")
    values = {
        "name": name,
        "where": where,
        "sort": sort[:80],
        "columns": chosen(entity, actor, given.getlist("columns")),
        "layout": layout if layout in ("", *shapes.LAYOUTS) else "",
        "by": by if by in shapes.readable(entity, actor) or by in shapes.groupings(entity, actor) else "",
    }
    reached, wrong = reach.read(given, view, actor)
    return {**values, **reached}, wrong


def chosen(entity: Entity, actor: Actor, keys: list[str]) -> list[str]:
    """Columns in the order given, those that the actor may see."""
    visible = entity.visible(actor)
    return [k for k in dict.fromkeys(part for key in keys for part in key.split(",")) if k in visible]


@signed_in
def create(request: HttpRequest, slug: str) -> HttpResponse:
    """GET asks for a name in the modal, POST keeps the view and goes there."""
    entity, actor = entity_or_404(request, slug), actor_of(request)
    url = f"/{slug}/_views/"
    if request.method != "POST":
        return asked(request, entity, url, shown_now(request, entity))
    values, error = checked(entity, actor, request.POST)
    mine = SavedView.objects.filter(entity=place_of(entity), owner_id=actor.id)
    if not error and mine.count() >= MOST_OWN:
        error = _("You have %(n)d views here. Remove one first.") % {"n": MOST_OWN}
    if error:
        return asked(request, entity, url, request.POST, error=error)
    last = mine.aggregate(last=Max("position"))["last"] or 0
    view = SavedView.objects.create(entity=place_of(entity), owner_id=actor.id or 0, position=last + 1, **values)
    return go(request, f"/{slug}/?view=s{view.pk}", _("View saved"))


def asked(request: HttpRequest, entity: Entity, url: str, given: QueryDict, view: SavedView | None = None, error: str = "") -> HttpResponse:
    """The form of a view: `given` is what has been filled in, before that what the view says."""
    actor = actor_of(request)
    context = {"entity": entity, "url": url, "given": given, "view": view, "error": error, **reach.offered(given, view, actor)}
    return fragment(request, "pages/view_form.html", context, status=422 if error else 200)


def shown_now(request: HttpRequest, entity: Entity) -> QueryDict:
    """The list on the screen as the form's values: the filter of its view and the one in the address together."""
    from guanxi.surfaces.pages import listing

    given = request.GET.copy()
    try:
        state = listing.state_of(request, entity)
    except ConditionError:
        return given
    parts = [part for part in (list(state.tab.where or []), list(state.where or [])) if part]
    given["where"] = json.dumps(parts[0] if len(parts) == 1 else ["and", *parts] if parts else [], ensure_ascii=False)
    return given


@signed_in
def change(request: HttpRequest, slug: str, view_id: int) -> HttpResponse:
    """GET asks, POST renames, shares or (with `where`) narrows anew."""
    entity, view = changeable(request, slug, view_id)
    url = f"/{slug}/_views/{view.pk}/"
    if request.method != "POST":
        return asked(request, entity, url, QueryDict(), view)
    given = request.POST.copy()
    for key in ("name", "sort", "layout", "by"):
        given.setdefault(key, getattr(view, key))
    given.setdefault("where", json.dumps(view.where))
    if "columns" not in given:
        given.setlist("columns", view.columns)
    values, error = checked(entity, actor_of(request), given, view)
    if error:
        return asked(request, entity, url, request.POST, view, error)
    for key, value in values.items():
        setattr(view, key, value)
    view.save()
    return go(request, f"/{slug}/?view=s{view.pk}", _("View saved"))


@signed_in
@require_POST
def remove(request: HttpRequest, slug: str, view_id: int) -> HttpResponse:
    """Forget a view; nothing of the records is touched."""
    _entity, view = changeable(request, slug, view_id)
    view.delete()
    return go(request, f"/{slug}/", _("View removed"))


def changeable(request: HttpRequest, slug: str, view_id: int) -> tuple[Entity, SavedView]:
    """One's own view, and to those who look after contents every shared one; others' do not exist here."""
    entity, actor = entity_or_404(request, slug), actor_of(request)
    view = SavedView.objects.filter(id=view_id, entity=place_of(entity)).first()
    if view is None or not reach.changes(actor, view):
        raise Http404
    return entity, view


@signed_in
@require_POST
def pin(request: HttpRequest, slug: str) -> HttpResponse:
    """Put a view first in one's strip, behind those that stand there already, or (`off`) back among the others."""
    entity, code = there(request, slug)
    kept, _made = Layout.objects.get_or_create(entity=place_of(entity), owner_id=actor_of(request).id)
    kept.pinned = [each for each in kept.pinned if each != code]
    if not request.POST.get("off"):
        kept.pinned = [*kept.pinned, code][-MOST_OWN:]
    kept.save(update_fields=["pinned"])
    return go(request, f"/{slug}/?view={code}", _("View let go") if request.POST.get("off") else _("View pinned"))


@signed_in
@require_POST
def open_with(request: HttpRequest, slug: str) -> HttpResponse:
    """Open the list with a view from now on, or (`off`) as it is for everybody."""
    entity, code = there(request, slug)
    opening = "" if request.POST.get("off") else code
    Layout.objects.update_or_create(entity=place_of(entity), owner_id=actor_of(request).id, defaults={"opening": opening})
    said = _("The list opens with this view now") if opening else _("The list opens as it did at first")
    return go(request, f"/{slug}/?view={code}", said)


def there(request: HttpRequest, slug: str) -> tuple[Entity, str]:
    """The view that `view` names, which stands in this person's strip."""
    from guanxi.surfaces.pages import strip

    entity, actor, code = entity_or_404(request, slug), actor_of(request), request.POST.get("view", "")
    if code not in [tab.code for tab in strip.tabs_of(entity, arrangement(entity, actor), actor)]:
        raise Http404
    return entity, code


@signed_in
@require_POST
def columns(request: HttpRequest, slug: str) -> HttpResponse:
    """Keep the columns of a list in their order; none of them means the declared ones again."""
    entity, actor = entity_or_404(request, slug), actor_of(request)
    keys = chosen(entity, actor, request.POST.getlist("column"))
    view = request.POST.get("view", "")
    saved = SavedView.objects.filter(id=whole(view[1:]) or 0, owner_id=actor.id, entity=place_of(entity)).first()
    if saved is not None and saved.columns:
        saved.columns = keys
        saved.save(update_fields=["columns"])
    else:
        Layout.objects.update_or_create(entity=place_of(entity), owner_id=actor.id, defaults={"columns": keys})
    address = request.POST.get("next", "")
    return go(request, address if address.startswith(f"/{slug}/") else f"/{slug}/", _("Columns saved"))


@signed_in
@require_POST
def widths(request: HttpRequest, slug: str) -> HttpResponse:
    """Keep how wide the columns were dragged: `widths` is a JSON object of pixels."""
    entity, actor = entity_or_404(request, slug), actor_of(request)
    try:
        given = json.loads(request.POST.get("widths", "{}"))
        kept = {k: int(v) for k, v in given.items() if k in entity.visible(actor) and 40 <= int(v) <= WIDEST}
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        return toast(HttpResponse(status=400), _("This cannot be read."), level="error")
    Layout.objects.update_or_create(entity=place_of(entity), owner_id=actor.id, defaults={"widths": kept})
    return HttpResponse(status=204)


urls = [
    path("<slug:slug>/_views/", create),
    path("<slug:slug>/_views/pin/", pin),
    path("<slug:slug>/_views/opening/", open_with),
    path("<slug:slug>/_views/<int:view_id>/", change),
    path("<slug:slug>/_views/<int:view_id>/remove/", remove),
    path("<slug:slug>/_columns/", columns),
    path("<slug:slug>/_widths/", widths),
]
