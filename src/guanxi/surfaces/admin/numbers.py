"""Automatic numbers: of which parts each is made, when its counter begins anew, and what the next ones would be."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from guanxi.kernel import numbering
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field
from guanxi.kernel.numbering import Part, Scheme
from guanxi.kernel.write import Refused
from guanxi.kernel.write import numbers as verbs
from guanxi.kernel.write.lists import may_shape
from guanxi.surfaces.admin.places import CONTENTS, PLACES, Place, opened_to
from guanxi.surfaces.admin.verbs import told
from guanxi.surfaces.pages.frame import actor_of, fragment, go, page

PLACES.append(
    Place(
        "/admin/numbers/",
        "hash",
        gettext_lazy("Automatic numbers"),
        gettext_lazy("How customers, leads, opportunities and products are numbered."),
        CONTENTS,
        "编号 自动编号 流水号 单号 规则 number numbering counter sequence",
        may_shape,
    )
)
shaping = opened_to(may_shape)
PARTS = {
    "text": gettext_lazy("Text"),
    "year": gettext_lazy("Year, four digits"),
    "year2": gettext_lazy("Year, two digits"),
    "month": gettext_lazy("Month"),
    "day": gettext_lazy("Day"),
    "department": gettext_lazy("Code of the owner's department"),
    "counter": gettext_lazy("Counter"),
}
RESETS = {
    "never": gettext_lazy("never"),
    "year": gettext_lazy("every year"),
    "month": gettext_lazy("every month"),
    "day": gettext_lazy("every day"),
}


@shaping
def show(request: HttpRequest) -> HttpResponse:
    """Every numbered field with its next number."""
    return _drawn(request, None)


@shaping
def one(request: HttpRequest, of: str, key: str) -> HttpResponse:
    """GET shows how a field is numbered, POST changes it."""
    chosen = _found(of, key)
    if request.method != "POST":
        return _drawn(request, chosen)
    try:
        verbs.change(*chosen, _wish(request, *chosen), actor=actor_of(request))
    except Refused as refusal:
        return _drawn(request, chosen, refusal)
    return go(request, f"/admin/numbers/{of}/{key}/", _("Saved. New records are numbered in this way; what others bear stays."))


@shaping
@require_POST
def preview(request: HttpRequest, of: str, key: str) -> HttpResponse:
    """The next numbers by what the form says, or why it cannot be."""
    entity, field = _found(of, key)
    try:
        context = {"next": numbering.next_ones(entity, field, _wish(request, entity, field)), "error": ""}
    except Refused as refusal:
        context = {"next": [], "error": told(refusal)}
    return fragment(request, "admin/numbers_next.html", context)


def _found(of: str, key: str) -> tuple[Entity, Field]:
    found = next((pair for pair in verbs.numbered() if (pair[0].slug, pair[1].key) == (of, key)), None)
    if found is None:
        raise Http404
    return found


def _posted(request: HttpRequest) -> list[Part]:
    given = request.POST
    rows = ((given.get(f"kind{n}", ""), given.get(f"value{n}", "")) for n in range(verbs.MOST))
    return [(kind, value) for kind, value in rows if kind]


def _wish(request: HttpRequest, entity: Entity, field: Field) -> Scheme:
    given = request.POST
    return verbs.read(entity, field, _posted(request), given.get("reset", ""), quick=bool(given.get("quick")))


def _drawn(request: HttpRequest, chosen: tuple[Entity, Field] | None, refusal: Refused | None = None) -> HttpResponse:
    lines = [{"entity": e, "field": f, "next": numbering.next_ones(e, f, numbering.scheme(e, f), 1)[0]} for e, f in verbs.numbered()]
    context: dict[str, Any] = {"lines": lines, "chosen": chosen, "error": told(refusal), "parts": PARTS, "resets": RESETS}
    if chosen is not None:
        made = numbering.scheme(*chosen)
        rows = _posted(request) if refusal else list(made.parts)
        context |= {
            "rows": (rows + [("", "")] * verbs.MOST)[: verbs.MOST],
            "reset": request.POST.get("reset", "") if refusal else made.reset,
            "quick": bool(request.POST.get("quick")) if refusal else made.quick,
            "next": [] if refusal else numbering.next_ones(*chosen, made),
        }
    return page(request, "admin/numbers.html", context, title=_("Automatic numbers"), status=422 if refusal else 200)


urls = [
    path("admin/numbers/", show),
    path("admin/numbers/<slug:of>/<slug:key>/", one),
    path("admin/numbers/<slug:of>/<slug:key>/preview/", preview),
]
