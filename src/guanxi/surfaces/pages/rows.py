"""Rows of a record that are records themselves: entered in a line of the tab that shows them, without leaving the page."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _

from guanxi.kernel import write
from guanxi.kernel.actor import Actor
from guanxi.kernel.draft import Draft
from guanxi.kernel.entity import Entity
from guanxi.surfaces.pages import form, record, sent
from guanxi.surfaces.pages.frame import actor_of, entity_or_404, fragment, reader_of, record_or_404, signed_in, toast


@signed_in
def line(request: HttpRequest, slug: str, record_id: int, code: str) -> HttpResponse:
    """GET is the empty line; POST makes a row of it and answers with the tab, or with the line where it is refused."""
    entity = entity_or_404(request, slug)
    row = record_or_404(request, entity, record_id)
    tabs = record.related(entity, row, actor_of(request))
    tab = next((each for each in tabs if each["code"] == code and each["child"].row_of and each["via"] == each["child"].parent), None)
    if tab is None or not actor_of(request).may(tab["child"].key, "create"):
        raise Http404
    if request.method != "POST":
        return _drawn(request, tab, form.defaults(tab["child"], request), {})
    child: Entity = tab["child"]
    values = form.posted(request, _asked(tab, actor_of(request)))
    try:
        made = write.create(child, {**values, tab["via"]: row.id}, actor=actor_of(request), door="form")
    except write.Invalidated as refusal:
        shown = form.parsed_for_show(child.fields, values, reader_of(request), refusal.errors)
        return _drawn(request, tab, shown, refusal.errors)
    context = {"tabs": tabs, "first": record.table(entity, row, tab, reader_of(request)), "record": row}
    said = sent.words(made) if isinstance(made, Draft) else _("%(entity)s saved") % {"entity": child.label}
    return toast(fragment(request, "pages/related.html", context), said)


def _asked(tab: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """The fields of the line: those of quick create but for the lookup, which is this record."""
    child: Entity = tab["child"]
    writable = child.writable(actor)
    return {key: writable[key] for key in child.quick if key in writable and key != tab["via"]}


def _drawn(request: HttpRequest, tab: dict[str, Any], values: dict[str, Any], errors: dict[str, str]) -> HttpResponse:
    child, asked, reader = tab["child"], _asked(tab, actor_of(request)), reader_of(request)
    controls = [form.control(child, field, values, errors, reader) for field in asked.values()]
    others = {key: said for key, said in errors.items() if key not in asked}
    context = {"entity": child, "fields_asked": controls, "others": others, "action": request.get_full_path()}
    answer = fragment(request, "pages/row.html", context, status=422 if errors else 200)
    if errors:
        answer["HX-Retarget"], answer["HX-Reswap"] = "#row", "outerHTML"
    return answer


urls = [path("<slug:slug>/<int:record_id>/_rows/<slug:code>/", line)]
