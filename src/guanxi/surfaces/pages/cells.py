"""One field of a record changed where it stands: on its page, and in the sheet of rows in which the record is a line."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
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
from guanxi.surfaces.pages.form import base_of, beside, in_hand, named, posted, refused, retyped
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
    clash = next((clash for clash in clashes if clash.key == field.key), None)
    if clash is None:
        return str(refusal)
    said = _("Somebody else has changed this from “%(old)s” to “%(theirs)s” meanwhile. Save again to keep yours, or cancel to keep theirs.")
    words = [field.kind.text(value, reader) or "—" for value in (write.value_as_read(field, clash.old), clash.theirs)]
    return said % dict(zip(("old", "theirs"), words, strict=True))


@dataclass(frozen=True)
class Place:
    """Where a field is changed: beside its label, in a sheet of rows (`?row=1`), in a list (`?list=1`)."""

    mark: str = ""
    template: str = "cell"
    target: str = "closest div"
    changed: str = "list:changed"


PLACES = (Place("row=1", "row_cell", "closest [role=cell]", "rows:changed"), Place("list=1", "row_cell", "closest td", "row:changed"))


def _place(request: HttpRequest) -> Place:
    return next((place for place in PLACES if place.mark.partition("=")[0] in request.GET), Place())


@signed_in
def one_field(request: HttpRequest, slug: str, record_id: int, key: str) -> HttpResponse:
    """Click to edit: GET gives the little form, POST saves one field and answers with its new cell."""
    entity, actor, place = entity_or_404(request, slug), actor_of(request), _place(request)
    record_or_404(request, entity, record_id)
    row = one.find(entity, actor, record_id, action="edit")
    field = entity.writable(actor).get(key)
    if row is None and place.mark == "list=1":  # the head of a list offers its columns, whosever the rows are
        return refused(request, str(write.Forbidden()))
    if row is None or field is None or key in entity.hidden_in_form:
        raise Http404
    reader = reader_of(request)
    url = f"/{slug}/{record_id}/_field/{key}/?{place.mark}"
    context: dict[str, Any] = {"entity": entity, "record": row, "field": field, "url": url, "target": place.target}
    if request.method == "POST":
        return _save(request, place, context)
    if "cancel" in request.GET:
        return fragment(request, f"pages/{place.template}.html", {**context, "html": Markup(cell(entity, field, row, reader))})
    values = {k: f.value(row) for k, f in entity.fields.items()}
    control = dependence.beneath(entity, beside(field, values), values, actor).kind.input(field, field.value(row), reader)
    return fragment(request, f"pages/{place.template}_edit.html", {**context, "control": _begun(control, place, row.id)})


def _begun(control: str, place: Place, record: int) -> Markup:
    """The control with the cursor in it."""
    return in_line(control, record) if place.mark else in_hand(control)


def _save(request: HttpRequest, place: Place, context: dict[str, Any]) -> HttpResponse:
    entity, row, field = context["entity"], context["record"], context["field"]
    actor, reader = actor_of(request), reader_of(request)
    values = posted(request, {field.key: field}) | dict.fromkeys(_hanging(request, entity, field.key), "")
    try:
        uploads = pictured.chosen(request, {field.key: field})
        done = pictured.update(entity, row.id, values, uploads, actor=actor, door="cell", base=base_of(request))
    except write.Refused as refusal:
        context |= _refusal(entity, field, values, refusal, reader)
        context["control"] = _begun(context["control"], place, row.id)
        status = 409 if isinstance(refusal, write.Conflict | write.Outdated) else 422
        return fragment(request, f"pages/{place.template}_edit.html", context, status=status)
    if place.mark == "list=1":
        context["url"] = ""  # the pencils of a list are not drawn in its cells
    if isinstance(done, Draft):
        response = fragment(request, f"pages/{place.template}.html", {**context, "html": Markup(cell(entity, field, row, reader))})
        return toast(triggers(response, record__changed=""), sent.words(done), level="info", link=sent.address(done.number))
    html = Markup(cell(entity, field, done, reader))
    response = fragment(request, f"pages/{place.template}.html", {**context, "record": done, "html": html})
    return toast(triggers(response, **{place.changed: str(done.id)}), _("Saved"), undo=f"/_undo/{done.id}/{done.version}/")


def _refusal(entity: Entity, field: Field, values: Mapping[str, Any], refusal: write.Refused, reader: Reader) -> dict[str, Any]:
    """What was typed, why it was not taken, and what would have to be emptied for it."""
    messages = refusal.errors if isinstance(refusal, write.Invalidated) else {}
    said: dict[str, Any] = {
        "control": _as_typed(field, values, refusal, reader),
        "error": messages.get(field.key) or _told(field, refusal, reader),
    }
    hanging = [f for f, on in dependence.pairs(entity) if on.key == field.key and f.key in entity.writable(reader.actor)]
    if field.key in messages and hanging:
        with suppress(Invalid):  # what is no value of the list at all has nothing hanging on it
            said |= {"control": field.kind.input(field, field.kind.parse(values[field.key], reader), reader), "hanging": hanging}
    return said


def in_line(html: str, record: int) -> Markup:
    """The control of a cell of a sheet, in which typing begins."""
    return in_hand(named(html, f"r{record}"))


urls = [path("<slug:slug>/<int:record_id>/_field/<slug:key>/", one_field)]
