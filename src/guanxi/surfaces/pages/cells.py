"""One field of a record changed where it stands: on its page, and in the sheet of rows in which the record is a line."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from markupsafe import Markup

from guanxi.kernel import dependence, one, write
from guanxi.kernel.draft import Draft
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field, Invalid, Reader
from guanxi.surfaces.pages import pictured, sent
from guanxi.surfaces.pages.form import base_of, beside, in_hand, named, posted, retyped
from guanxi.surfaces.pages.frame import actor_of, entity_or_404, fragment, reader_of, record_or_404, signed_in, toast, triggers
from guanxi.surfaces.pages.record import cell


def _hanging(request: HttpRequest, entity: Entity, key: str) -> list[str]:
    """What is to be emptied because it hangs on the field that is changed and would not fit any more."""
    asked = request.POST.getlist("empty")
    return [f.key for f, on in dependence.pairs(entity) if on.key == key and f.key in asked]


def _as_typed(field: Field, values: Mapping[str, Any], refusal: write.Refused, reader: Reader) -> Markup:
    """The control of a refused cell: with its value where that is one and only came too late, else with the text that was typed."""
    if not isinstance(refusal, write.Invalidated) and field.key in values:
        bound = beside(field, values)
        with suppress(ValueError):
            return bound.kind.input(bound, bound.kind.parse(values[field.key], reader), reader)
    return retyped(field, values.get(field.key), reader)


def _told(field: Field, refusal: write.Refused, reader: Reader) -> str:
    """Why a cell was not saved; of a value that somebody else has put there meanwhile, which."""
    clashes = refusal.clashes if isinstance(refusal, write.Conflict) else []
    theirs = next((field.kind.text(clash.theirs, reader) for clash in clashes if clash.key == field.key), None)
    if theirs is None:
        return str(refusal)
    said = _("Somebody else has put “%(theirs)s” here meanwhile. Save again to keep yours, or cancel to keep theirs.")
    return said % {"theirs": theirs or "—"}


@signed_in
def one_field(request: HttpRequest, slug: str, record_id: int, key: str) -> HttpResponse:
    """Click to edit: GET gives the little form, POST saves one field and answers with its new cell; `?row=1` for a cell of a sheet."""
    entity = entity_or_404(request, slug)
    actor = actor_of(request)
    record_or_404(request, entity, record_id)
    row = one.find(entity, actor, record_id, action="edit")
    field = entity.writable(actor).get(key)
    if row is None or field is None or key in entity.hidden_in_form:
        raise Http404
    reader, place = reader_of(request), "row_cell" if "row" in request.GET else "cell"
    url = f"/{slug}/{record_id}/_field/{key}/?{'row=1' if place == 'row_cell' else ''}"
    context: dict[str, Any] = {"entity": entity, "record": row, "field": field, "url": url}
    if request.method != "POST":
        if "cancel" in request.GET:
            return fragment(request, f"pages/{place}.html", {**context, "html": Markup(cell(entity, field, row, reader))})
        values = {k: f.value(row) for k, f in entity.fields.items()}
        control = dependence.beneath(entity, beside(field, values), values, actor).kind.input(field, field.value(row), reader)
        context["control"] = in_line(control, row.id) if place == "row_cell" else control
        return fragment(request, f"pages/{place}_edit.html", context)
    values = posted(request, {key: field}) | dict.fromkeys(_hanging(request, entity, key), "")
    try:
        uploads = pictured.chosen(request, {key: field})
        done = pictured.update(entity, row.id, values, uploads, actor=actor, door="cell", base=base_of(request))
    except write.Refused as refusal:
        messages = refusal.errors if isinstance(refusal, write.Invalidated) else {}
        context |= {"control": _as_typed(field, values, refusal, reader), "error": messages.get(key) or _told(field, refusal, reader)}
        if key in messages and (hanging := [f for f, on in dependence.pairs(entity) if on.key == key and f.key in entity.writable(actor)]):
            with suppress(Invalid):  # what is no value of the list at all has nothing hanging on it
                context |= {"control": field.kind.input(field, field.kind.parse(values[key], reader), reader), "hanging": hanging}
        status = 409 if isinstance(refusal, write.Conflict) else 422
        if place == "row_cell":
            context["control"] = in_line(context["control"], row.id)
        return fragment(request, f"pages/{place}_edit.html", context, status=status)
    if isinstance(done, Draft):
        response = fragment(request, f"pages/{place}.html", {**context, "html": Markup(cell(entity, field, row, reader))})
        return toast(triggers(response, record__changed=""), sent.words(done), level="info", link=sent.address(done.number))
    row = done
    html = Markup(cell(entity, field, row, reader))
    response = fragment(request, f"pages/{place}.html", {**context, "record": row, "html": html})
    changed = {"rows__changed": ""} if place == "row_cell" else {"list__changed": ""}
    return toast(triggers(response, **changed), _("Saved"), undo=f"/_undo/{row.id}/{row.version}/")


def in_line(html: str, record: int) -> Markup:
    """The control of a cell of a sheet, in which typing begins."""
    return in_hand(named(html, f"r{record}"))


urls = [path("<slug:slug>/<int:record_id>/_field/<slug:key>/", one_field)]
