"""The record: a page, and the same region in the drawer; fields in groups, related tabs, stage path, history."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from guanxi.kernel import completeness, drafts, history, layouts, one, plan, pooled, query, ruled
from guanxi.kernel.access import AnyOf
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field, Reader
from guanxi.kernel.fields.column import Keyed, Linked
from guanxi.kernel.models import Link
from guanxi.kernel.registry import registry
from guanxi.kernel.statement import Slot
from guanxi.kernel.successor import successor
from guanxi.kernel.window import Window
from guanxi.surfaces.pages import acts, review_words, timeline
from guanxi.surfaces.pages.frame import actor_of, entity_or_404, fragment, page, reader_of, record_or_404, signed_in
from guanxi.surfaces.stream import DOORS, by_whom, deed

RELATED_ROWS = 10


@signed_in
def show(request: HttpRequest, slug: str, record_id: int) -> HttpResponse:
    """The whole page, or its region for the drawer."""
    entity = entity_or_404(request, slug)
    row = one.find(entity, actor_of(request), record_id, deleted=None)
    if row is None or row.deleted_at is not None:
        if heir := successor(entity, actor_of(request), record_id):
            return HttpResponseRedirect(f"/{slug}/{heir}/")
        row = record_or_404(request, entity, record_id)
    context = region(request, entity, row)
    if request.headers.get("HX-Target") == "drawer":
        return fragment(request, "pages/record_region.html", context)
    return page(request, "pages/record.html", context, title=context["title"])


def region(request: HttpRequest, entity: Entity, row: Any) -> dict[str, Any]:
    """Everything the record region draws."""
    reader = reader_of(request)
    actor = reader.actor
    tabs = related(entity, row, actor)
    may = acts.verbs(entity, row, actor)
    return {
        "entity": entity,
        "record": row,
        "title": title_of(entity, row, actor),
        "number": number_of(entity, row, actor),
        "url": f"/{entity.slug}/{row.id}/",
        "waiting": review_words.banners(entity, row.id, actor),
        "may": may,
        "acts": acts.of_record(entity, row, actor, may),
        "call": calling(entity, row, actor),
        "lensed": actor.pool is not None,
        "untold": pooled.untold(actor),
        "marking": actor.pool is None and not getattr(request, "preview", ""),
        "whole": wholeness(completeness.of(entity, row, actor)) if entity.whole else "",
        "chips": [Markup(cell(entity, entity.fields[k], row, reader)) for k in entity.chips if k in entity.visible(actor)],
        "steps": steps(entity, row, actor, editable=bool(may.get("edit"))),
        "tiles": tiles(entity, row, reader),
        "groups": groups(entity, row, reader, editable=bool(may.get("edit"))),
        "tabs": tabs,
        "first": table(entity, row, tabs[0], reader) if tabs else None,
        **(timeline.timeline(request, entity, row) if entity.timeline else {}),
    }


def calling(entity: Entity, row: Any, actor: Actor) -> str:
    """The address that reveals the number one would call: of the first phone that is filled in and not masked for this person."""
    phones = (k for k, f in entity.visible(actor).items() if f.kind.name == "phone" and actor.right(entity.key, k) != "masked")
    key = next((k for k in phones if entity.fields[k].value(row)), "")
    return f"/{entity.slug}/{row.id}/_reveal/{key}/" if key else ""


def title_of(entity: Entity, row: Any, actor: Actor) -> str:
    """The title, masked or hidden where the right says so."""
    right = actor.right(entity.key, entity.title)
    if right == "hidden":
        return f"{entity.label} {row.id}"
    value = str(getattr(row, entity.title))
    return entity.fields[entity.title].kind.mask(value) if right == "masked" else value.split("\n", maxsplit=1)[0][:80]


def number_of(entity: Entity, row: Any, actor: Actor) -> str:
    """The automatic number, masked where the right says so; empty where it is hidden or there is none."""
    field = entity.visible(actor).get(entity.numbered)
    if field is None:
        return ""
    value = str(field.value(row) or "")
    return field.kind.mask(value) if actor.right(entity.key, field.key) == "masked" else value


def cell(entity: Entity, field: Field, row: Any, reader: Reader) -> str:
    """HTML of one field of a record, with its companions read from the record."""
    value = field.value(row)
    if reader.actor.right(entity.key, field.key) == "masked":
        return str(escape(field.kind.mask(value)))
    if field.kind.name == "phone" and value:
        url = f"/{entity.slug}/{row.id}/_reveal/{field.key}/"
        label = escape(_("Show the number"))
        return (
            f'<span class="phone"><span data-number>{field.kind.html(value, reader)}</span>'
            f'<button type="button" class="ic" data-reveal-url="{url}" aria-label="{label}" title="{label}">{eye()}</button></span>'
        )
    currency = getattr(row, f"{field.key}_currency", None)
    return field.kind.cell([value, currency], reader) if currency else field.kind.html(value, reader)


def eye() -> str:
    """The icon of revealing."""
    from django.templatetags.static import static

    return f'<svg class="i" aria-hidden="true"><use href="{static("built/icons.svg")}#eye"/></svg>'


def steps(entity: Entity, row: Any, actor: Actor, *, editable: bool) -> list[dict[str, Any]]:
    """The stage path, for who may read the stage; each later or earlier step can be clicked by who may edit."""
    if not entity.stage or actor.right(entity.key, entity.stage) in ("hidden", "masked"):
        return []
    field = entity.fields[entity.stage]
    current = field.value(row)
    items = field.kind.dictionary.active()  # type: ignore[attr-defined]
    parent = next((i.parent for i in items if i.id == current), None)
    items = [i for i in items if i.parent == parent]
    order = [i.id for i in items]
    at = order.index(current) if current in order else -1
    # Who was lost need not have come through what stands before.
    lost = any(i.id == current and i.extra.get("outcome") in ("lost", "invalid") for i in items)
    found = []
    for place, item in enumerate(items):
        ending = {"won": "wonend", "lost": "lostend", "invalid": "lostend"}.get(str(item.extra.get("outcome", "")), "now")
        state = ending if place == at else ("done" if place < at and not lost and item.extra.get("outcome", "open") == "open" else "")
        post = f"/{entity.slug}/{row.id}/_stage/{item.code}/" if editable and place != at else ""
        found.append({"label": item.label, "state": state, "post": post})
    return found


def tiles(entity: Entity, row: Any, reader: Reader) -> list[dict[str, Any]]:
    """Key figures."""
    visible = entity.visible(reader.actor)
    shown = [visible[k] for k in arrangement(entity, row, reader.actor).tiles if k in visible]
    return [{"label": f.label, "value": Markup(cell(entity, f, row, reader)) or "—"} for f in shown]


def arrangement(entity: Entity, row: Any, actor: Actor) -> layouts.Arrangement:
    """How this reader has the page of this record."""
    form = entity.form_of(row)
    return layouts.of(entity, actor, form.code if form else "")


def groups(entity: Entity, row: Any, reader: Reader, *, editable: bool) -> list[dict[str, Any]]:
    """Field groups of the layout, what is left over and custom fields in a last one."""
    visible, writable = entity.visible(reader.actor), entity.writable(reader.actor) if editable else {}
    arranged = arrangement(entity, row, reader.actor)
    left_out = unasked(entity, row) | ruled.hidden(entity, row) | set(arranged.away)
    visible = {k: f for k, f in visible.items() if k not in left_out}
    rest = [k for k in visible if k not in arranged.placed]
    added = tuple(k for k in rest if isinstance(visible[k].column, Keyed))
    found = []
    laid = [(s.label, s.keys) for s in arranged.sections]
    for label, keys in [*laid, (_("More"), added), (_("System"), tuple(k for k in rest if k not in added))]:
        fields = [
            {
                "key": k,
                "label": visible[k].label,
                "html": Markup(cell(entity, visible[k], row, reader)),
                "editable": k in writable and k not in entity.hidden_in_form,
                "wide": getattr(visible[k].kind, "lines", 1) > 1,
            }
            for k in keys
            if k in visible
        ]
        if fields:
            found.append({"label": str(label), "fields": fields, "open": label != _("System")})
    return found


def unasked(entity: Entity, row: Any) -> set[str]:
    """What the record's form does not ask and nobody has filled in by another road."""
    form = entity.form_of(row)
    if form is None:
        return set()
    return {k for k in form.without if k not in form.sets and not entity.fields[k].value(row)}


def related(entity: Entity, row: Any, actor: Actor) -> list[dict[str, Any]]:
    """Related tabs: children by their lookups, links both ways; only entities that the actor may view."""
    backs = {child.fields[key].extra["back"]: (child, key) for child, key in registry.children(entity)}
    found = []
    for code in arrangement(entity, row, actor).related:
        child, key = backs.get(code, (None, ""))
        if child is None and code in entity.visible(actor):
            child, key = entity.fields[code].kind.target, ""  # type: ignore[attr-defined]
        if child is not None and actor.may(child.key, "view"):
            label = entity.fields[code].label if not key else child.fields[key].extra.get("back_label") or child.label_plural
            found.append(
                {"code": code, "label": str(label), "child": child, "via": key, "url": f"/{entity.slug}/{row.id}/_related/{code}/"}
            )
    return found


def table(entity: Entity, row: Any, tab: dict[str, Any], reader: Reader) -> dict[str, Any]:
    """The first rows of a related tab; of rows of this record, the sheet in which they are typed."""
    from guanxi.surfaces.pages import rows
    from guanxi.surfaces.pages.table import body

    child: Entity = tab["child"]
    if rows.is_sheet(tab):
        return {"tab": tab, "sheet": rows.sheet(entity, row, tab, reader)}
    keys = [k for k in child.columns if k != tab["via"] and k not in ("updated_at", "next_follow_up_at")][:6]
    compiled = plan.compile(child, keys, reader.actor)
    sort = query.sort_of(child, reader.actor, query.default_sort(child, reader.actor))
    found = related_window(entity, row, tab, reader.actor).page(sort, compiled, size=RELATED_ROWS)
    wholes = whole(child, [each[0] for each in found.rows], reader.actor) if not tab["via"] else {}
    where = json.dumps([tab["via"], "is", row.id]) if tab["via"] else ""
    settable = tab["via"] and child.quick and not child.fields[tab["via"]].computed
    return {
        "tab": tab,
        "head": [c.field for c in compiled.columns],
        "whole": bool(wholes),
        "body": body(
            child,
            compiled,
            compiled.attach(found.rows),
            reader,
            selectable=False,
            more=[[wholeness(wholes.get(each[0]))] for each in found.rows] if wholes else (),
        ),
        "empty": not found.rows,
        "more": f"/{child.slug}/?view=all&where={where}" if found.next and where else "",
        "create": f"/{child.slug}/new/?quick=1&{tab['via']}={row.id}" if settable and reader.actor.may(child.key, "create") else "",
    }


def whole(child: Entity, ids: Iterable[int], actor: Actor) -> dict[int, completeness.Wholeness]:
    """How whole these records are, for who may see them; of an entity that says nothing of that none."""
    rows = child.rows(actor).filter(id__in=list(ids)) if child.whole else ()
    return {row.id: state for row in rows if (state := completeness.of(child, row, actor)) is not None}


def wholeness(state: completeness.Wholeness | None) -> str:
    """100%, or how far it is and what is missing."""
    if state is None:
        return ""
    lacking = "、".join(str(field.label) for field in state.lacking)
    return _("%(percent)d%%: %(fields)s missing") % {"percent": state.percent, "fields": lacking} if lacking else "100%"


def related_window(entity: Entity, row: Any, tab: dict[str, Any], actor: Actor) -> Window:
    """What a related tab shows."""
    child: Entity = tab["child"]
    if not tab["via"]:
        linked = Q(AnyOf(F("id"), Slot("linked")))
        values: dict[str, Any] = {"linked": list(entity.fields[tab["code"]].value(row))}
    else:
        column, values = child.fields[tab["via"]].column, {"record": row.id}
        if isinstance(column, Linked):
            sources = Link.objects.filter(field=column.field, target=Slot("record")).values_list("source", flat=True)
            linked = Q(AnyOf(F("id"), sources))
        else:
            linked = column.equals(Slot("record"))
    return Window(child, actor, code=f"{entity.key}.{tab['code']}", narrow=lambda rows: rows.filter(linked), values=values)


@signed_in
def related_tab(request: HttpRequest, slug: str, record_id: int, code: str) -> HttpResponse:
    """One related tab, lazily."""
    entity = entity_or_404(request, slug)
    row = record_or_404(request, entity, record_id)
    tabs = related(entity, row, actor_of(request))
    tab = next((t for t in tabs if t["code"] == code), None)
    if tab is None:
        return HttpResponse(status=404)
    return fragment(request, "pages/related.html", {"tabs": tabs, "first": table(entity, row, tab, reader_of(request)), "record": row})


@signed_in
def trail(request: HttpRequest, slug: str, record_id: int) -> HttpResponse:
    """The history of a record with its field differences, as this reader may see them today."""
    entity = entity_or_404(request, slug)
    row = record_or_404(request, entity, record_id, deleted=None)
    reader = reader_of(request)
    found = history.visible_changes(entity, row.id, reader.actor)
    agreed = drafts.approvers([c.request for c in found])
    changes = [
        {
            "at": entity.fields["updated_at"].kind.text(c.at, reader),
            "who": by_whom(c, agreed),
            "verb": deed(entity, c.verb)[0],
            "door": str(DOORS.get(c.door, c.door)),
            "lines": c.lines(entity, reader),
            "why": c.why(entity, reader),
        }
        for c in found
    ]
    return fragment(request, "pages/trail.html", {"changes": changes, "record": row})


urls = [
    path("<slug:slug>/<int:record_id>/_related/<slug:code>/", related_tab),
    path("<slug:slug>/<int:record_id>/_history/", trail),
    path("<slug:slug>/<int:record_id>/", show),
]
