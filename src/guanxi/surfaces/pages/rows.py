"""Rows of a record that are records themselves, as a sheet on its page: typed one after the other, changed in place, taken away, added up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from markupsafe import Markup

from guanxi.kernel import drafts, idempotency, plan, query, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.draft import Draft
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field, Reader
from guanxi.surfaces.pages import form, pictured, record, sent, totals
from guanxi.surfaces.pages.frame import actor_of, entity_or_404, fragment, reader_of, record_or_404, signed_in, toast, triggers

#: Rows that a sheet shows; the list of the entity has the others.
SHOWN = 100
#: What all rows of a record share with it, or what says nothing here.
LEFT_OUT = ("owner", "department", "updated_at", "next_follow_up_at")


def is_sheet(tab: Mapping[str, Any]) -> bool:
    """Whether what a related tab shows are rows of the record of the page."""
    child: Entity = tab["child"]
    return bool(child.row_of and tab["via"] and tab["via"] == child.parent)


def keys_of(tab: Mapping[str, Any]) -> list[str]:
    """The columns of a sheet: those of the list, and what quick create asks."""
    child: Entity = tab["child"]
    return [key for key in dict.fromkeys((*child.columns, *child.quick)) if key not in (*LEFT_OUT, tab["via"])]


def sheet(entity: Entity, row: Any, tab: Mapping[str, Any], reader: Reader) -> dict[str, Any]:
    """All that the sheet draws."""
    child: Entity = tab["child"]
    compiled = plan.compile(child, keys_of(tab), reader.actor)
    drawn = lines(entity, row, tab, compiled, reader)
    url = f"/{entity.slug}/{row.id}/_rows/{tab['code']}/"
    return {
        "child": child,
        "head": [c.field for c in compiled.columns],
        "url": url,
        "feet": feet(row, tab, compiled, reader.actor),
        "add": url if reader.actor.may(child.key, "create") else "",
        **drawn,
    }


def lines(entity: Entity, row: Any, tab: Mapping[str, Any], compiled: plan.Plan, reader: Reader) -> dict[str, Any]:
    """The rows in the order in which they were entered, each with what this reader may do to it."""
    child, actor = tab["child"], reader.actor
    found = record.related_window(entity, row, dict(tab), actor).page(query.sort_of(child, actor, "id"), compiled, size=SHOWN)
    ids = [each[0] for each in found.rows]
    open_ids, settable = reached(child, ids, "edit", actor), in_place(child, actor)
    loose = reached(child, ids, "delete", actor)
    drawn = [
        {
            "id": each[0],
            "remove": f"/{entity.slug}/{row.id}/_rows/{tab['code']}/{each[0]}/" if each[0] in loose else "",
            "cells": [
                {
                    "field": column.field,
                    "html": Markup(column.html(each, reader)),
                    "url": address(child, each[0], column.field) if each[0] in open_ids and column.field.key in settable else "",
                }
                for column in compiled.columns
            ],
        }
        for each in compiled.attach(found.rows)
    ]
    return {"lines": drawn, "more": f'/{child.slug}/?view=all&where=["{tab["via"]}","is",{row.id}]' if found.next else ""}


def reached(child: Entity, ids: Iterable[int], action: str, actor: Actor) -> set[int]:
    """Those of these rows to which the actor may do this."""
    if not actor.may(child.key, action):
        return set()
    return set(child.rows(actor, action).filter(id__in=list(ids)).values_list("id", flat=True))


def in_place(child: Entity, actor: Actor) -> dict[str, Field]:
    """The fields that are typed in a cell; a picture is chosen on the page of the row."""
    return {k: f for k, f in child.writable(actor).items() if k not in child.hidden_in_form and f.kind.name != "image"}


def address(child: Entity, row: int, field: Field) -> str:
    """Where a cell is changed."""
    return f"/{child.slug}/{row}/_field/{field.key}/?row=1"


def feet(row: Any, tab: Mapping[str, Any], compiled: plan.Plan, actor: Actor) -> list[totals.Foot]:
    """What the numbers of all rows add up to, a foot for each column; none where no column is a number that this actor reads."""
    child: Entity = tab["child"]
    fields = totals.adding(compiled)
    if not fields:
        return []
    said = {f.key: totals.usual(f) for f in fields}
    asked: dict[str, Any] = {f"v_{f.key}": totals.SAYINGS[said[f.key]][1](totals.summand(child, f.key, actor)) for f in fields}
    counted = child.rows(actor).filter(child.fields[tab["via"]].column.equals(row.id)).order_by().aggregate(**asked)
    made = {f.key: totals.foot(f, said[f.key], counted) for f in fields}
    return [made.get(c.field.key, totals.Foot(c.field.key)) for c in compiled.columns]


def _tab(request: HttpRequest, entity: Entity, row: Any, code: str) -> dict[str, Any]:
    tabs = record.related(entity, row, actor_of(request))
    tab = next((each for each in tabs if each["code"] == code and is_sheet(each)), None)
    if tab is None:
        raise Http404
    return tab


@signed_in
def line(request: HttpRequest, slug: str, record_id: int, code: str) -> HttpResponse:
    """GET is the empty line, or `?part=lines|feet` of the sheet; POST makes a row and answers with the next line, or with this one where it is refused."""
    entity = entity_or_404(request, slug)
    row = record_or_404(request, entity, record_id)
    tab = _tab(request, entity, row, code)
    if request.method == "GET" and request.GET.get("part") in ("lines", "feet"):
        context = {"sheet": sheet(entity, row, tab, reader_of(request))}
        return fragment(request, f"pages/rows_{request.GET['part']}.html", context)
    child: Entity = tab["child"]
    if not actor_of(request).may(child.key, "create"):
        raise Http404
    if request.method != "POST":
        return _drawn(request, tab, form.defaults(child, request), {})
    asked = _asked(tab, actor_of(request))
    values = form.posted(request, asked)
    try:
        pictured.held(child, pictured.chosen(request, asked), values, actor=actor_of(request))
        made = _made(request, tab, {**values, tab["via"]: row.id})
    except write.Invalidated as refusal:
        shown = form.parsed_for_show(child.fields, values, reader_of(request), refusal.errors)
        return _drawn(request, tab, shown, refusal.errors)
    said = sent.said() if made < 0 else _("%(entity)s saved") % {"entity": child.label}
    answer = _drawn(request, tab, form.defaults(child, request), {})
    undo = f"/_undo/{made}/1/" if made > 0 else ""
    return toast(triggers(answer, rows__added=""), said, undo=undo, level="ok" if made > 0 else "info")


def _made(request: HttpRequest, tab: Mapping[str, Any], values: Mapping[str, Any]) -> int:
    """The id of the new row, or the number of its draft below zero; sent twice by a lost network it is made once."""
    actor = actor_of(request)
    return idempotency.once(
        request.POST.get("idempotency_key") or request.headers.get("Idempotency-Key", ""),
        actor,
        lambda: drafts.mark(write.create(tab["child"], values, actor=actor, door="form")),
    )


@signed_in
@require_POST
def remove(request: HttpRequest, slug: str, record_id: int, code: str, row_id: int) -> HttpResponse:
    """A row goes to the recycle bin, and with it from the sheet."""
    entity = entity_or_404(request, slug)
    tab = _tab(request, entity, record_or_404(request, entity, record_id), code)
    child: Entity = tab["child"]
    if not child.rows(actor_of(request)).filter(child.fields[tab["via"]].column.equals(record_id), id=row_id).exists():
        raise Http404
    try:
        gone = write.delete((child, row_id), actor=actor_of(request), door="form")
    except write.Refused as refusal:
        return form.refused(request, str(refusal))
    if isinstance(gone, Draft):
        return toast(HttpResponse(status=204), sent.words(gone), level="info", link=sent.address(gone.number))
    answer = toast(HttpResponse(""), _("Moved to the recycle bin"), undo=f"/_undo/{gone.id}/{gone.version}/")
    return triggers(answer, rows__changed="")


def _asked(tab: Mapping[str, Any], actor: Actor) -> dict[str, Field]:
    """The fields of the empty line: the columns that this actor may set."""
    child: Entity = tab["child"]
    able = child.writable(actor)
    return {key: able[key] for key in keys_of(tab) if key in able and key not in child.hidden_in_form}


def _drawn(request: HttpRequest, tab: Mapping[str, Any], values: dict[str, Any], errors: dict[str, str]) -> HttpResponse:
    child, asked, reader = tab["child"], _asked(tab, actor_of(request)), reader_of(request)
    controls = [form.control(child, field, values, errors, reader) for field in asked.values()]
    if request.method == "POST" or "again" in request.GET:
        form.first_in_hand(child, controls, errors, new=True)
    cells = {each["key"]: {**each, "html": form.named(each["html"], "new")} for each in controls}
    head = [c.field for c in plan.compile(child, keys_of(tab), reader.actor).columns]
    others = {key: said for key, said in errors.items() if key not in asked}
    context = {"entity": child, "head": head, "cells": cells, "others": others, "action": request.path}
    context["pictured"] = any(field.kind.name == "image" for field in asked.values())
    return fragment(request, "pages/row.html", context, status=422 if errors else 200)


urls = [
    path("<slug:slug>/<int:record_id>/_rows/<slug:code>/", line),
    path("<slug:slug>/<int:record_id>/_rows/<slug:code>/<int:row_id>/", remove),
]
