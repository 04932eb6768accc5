"""Kinds of record of the company's own: designed on a screen, changed, retired and brought back."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from guanxi.kernel.actor import Actor
from guanxi.kernel.design import CustomEntity
from guanxi.kernel.query import COUNT_LIMIT
from guanxi.kernel.write import Refused
from guanxi.kernel.write import entities as verbs
from guanxi.kernel.write.lists import may_shape
from guanxi.surfaces.admin import designs, fields
from guanxi.surfaces.admin.places import CONTENTS, PLACES, Place, opened_to
from guanxi.surfaces.admin.verbs import told
from guanxi.surfaces.pages.frame import actor_of, go, page

PLACES.append(
    Place(
        "/admin/entities/",
        "database",
        gettext_lazy("Records of your own"),
        gettext_lazy("Kinds of record that the product does not have: visit reports, equipment, whatever you keep."),
        CONTENTS,
        "自定义对象 自定义实体 自定义表单 业务对象 表 子表 模块 custom entity object module table form",
        may_shape,
    )
)
shaping = opened_to(may_shape)


@shaping
def show(request: HttpRequest) -> HttpResponse:
    """Those there are, retired ones last."""
    actor = actor_of(request)
    rows = CustomEntity.objects.order_by("-active", "id")
    return page(request, "admin/entities.html", {"lines": [_line(row, actor) for row in rows]}, title=_("Records of your own"))


def _line(row: CustomEntity, actor: Actor) -> dict[str, Any]:
    entity = verbs.entity_of(row)
    count = entity.rows(actor).bounded_count() if actor.may(entity.key, "view") else None
    shown = "—" if count is None else f"{COUNT_LIMIT:,}+" if count > COUNT_LIMIT else f"{count:,}"
    own = [field for key, field in entity.fields.items() if field.column.path is None]
    return {"row": row, "entity": entity, "records": shown, "fields": len(own), "uses": "、".join(designs.used_by(entity))}


@shaping
def new(request: HttpRequest) -> HttpResponse:
    """A further kind."""
    refusal: Refused | None = None
    if request.method == "POST":
        try:
            row = verbs.create(designs.wish(request), actor=actor_of(request))
        except Refused as refused:
            refusal = refused
        else:
            said = _("“%(name)s” is in menu, lists, search, exchange and the API from now on. Add its fields here.") % {"name": row.label}
            return go(request, f"/admin/entities/{row.slug}/", said)
    values: Any = request.POST or {"in_menu": True, "icon": "file", "access": "standard"}
    context = {"values": values, "errors": designs.errors(refusal), "error": told(refusal), **designs.choices()}
    return page(request, "admin/entity_new.html", context, title=_("New kind of record"), status=422 if refusal else 200)


@shaping
def one(request: HttpRequest, of: str) -> HttpResponse:
    """What it is, with its fields; POST changes what it is."""
    row = _row(of)
    if request.method != "POST":
        return fields.drawn(request, verbs.entity_of(row))
    try:
        verbs.change(row, designs.wish(request), actor=actor_of(request))
    except Refused as refusal:
        return fields.drawn(request, verbs.entity_of(row), refusal)
    return go(request, f"/admin/entities/{row.slug}/", _("Saved. It holds from the next click of everybody."))


@shaping
@require_POST
def retire(request: HttpRequest, of: str) -> HttpResponse:
    """Nowhere any more, or with `active` there again."""
    row = _row(of)
    verbs.retire(row, active=bool(request.POST.get("active")), actor=actor_of(request))
    return go(request, f"/admin/entities/{row.slug}/", _("Saved. It holds from the next click of everybody."))


def _row(slug: str) -> CustomEntity:
    row = CustomEntity.objects.filter(slug=slug).first()
    if row is None:
        raise Http404
    return row


urls = [
    path("admin/entities/", show),
    path("admin/entities/new/", new),
    path("admin/entities/<slug:of>/", one),
    path("admin/entities/<slug:of>/retire/", retire),
]
