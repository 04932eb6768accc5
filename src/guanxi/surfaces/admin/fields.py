"""Fields of the company's own: which a kind of record has, one more, and what becomes of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from guanxi.kernel import custom, figures, findable, lists, own_index, own_unique, query, reckoned, ruled
from guanxi.kernel.condition import builder
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field
from guanxi.kernel.models import CustomField
from guanxi.kernel.registry import registry
from guanxi.kernel.whole import whole
from guanxi.kernel.write import Refused, retyping
from guanxi.kernel.write import fields as verbs
from guanxi.kernel.write.lists import may_shape
from guanxi.surfaces.admin import designs
from guanxi.surfaces.admin.places import CONTENTS, PLACES, Place, opened_to
from guanxi.surfaces.admin.verbs import told
from guanxi.surfaces.pages.frame import View, actor_of, go, page, reader_of

PLACES.append(
    Place(
        "/admin/fields/",
        "forms",
        gettext_lazy("Fields of your own"),
        gettext_lazy("What else customers, contacts, opportunities and all other records say in your company."),
        CONTENTS,
        "自定义字段 字段 属性 表单 custom field attribute form",
        may_shape,
    )
)
shaping = opened_to(may_shape)
HOWS = {
    "count": gettext_lazy("How many"),
    "sum": gettext_lazy("Sum"),
    "min": gettext_lazy("Least"),
    "max": gettext_lazy("Most"),
    "latest": gettext_lazy("Latest value"),
}


@shaping
def show(request: HttpRequest) -> HttpResponse:
    """Every kind of record that may have some."""
    numbers: dict[str, int] = {}
    for key in CustomField.objects.filter(active=True).values_list("entity", flat=True):
        numbers[key] = numbers.get(key, 0) + 1
    found = [
        {"entity": e, "fields": len(e.fields) - numbers.get(e.key, 0), "own": numbers.get(e.key, 0)} for e in registry if verbs.shapeable(e)
    ]
    return page(
        request, "admin/fields.html", {"entities": sorted(found, key=lambda line: line["entity"].place)}, title=_("Fields of your own")
    )


@shaping
def one(request: HttpRequest, of: str) -> HttpResponse:
    """The fields of one kind; `?field=` is the one whose panel is open."""
    return drawn(request, _entity(of))


def _entity(slug: str) -> Entity:
    entity = registry.by_slug(slug)
    if entity is None or not verbs.shapeable(entity):
        raise Http404
    return entity


def _field(entity: Entity, number: int | None) -> CustomField | None:
    return CustomField.objects.filter(entity=entity.key, pk=number or 0).first()


def drawn(
    request: HttpRequest,
    entity: Entity,
    refusal: Refused | None = None,
    chosen: int | None = None,
    *,
    looked: retyping.Preview | None = None,
) -> HttpResponse:
    """The page of an entity's fields, with what was refused; of a designed one with what it is."""
    own = list(CustomField.objects.filter(entity=entity.key).order_by("position", "id"))
    row = _field(entity, chosen or whole(request.GET.get("field")))
    context = {
        "entity": entity,
        "fields": [
            {"field": field, "sort": _kind(field)}
            for key, field in entity.fields.items()
            if not key.startswith("f") or key[1:] not in {str(o.pk) for o in own}
        ],
        "own": [{"row": each, "sort": _sort(each)} for each in own],
        "chosen": row,
        "sort": _sort(row) if row else "",
        "sort_kind": row.kind if row else "",
        "first": bool(own) and row == own[0],
        "last": bool(own) and row == own[-1],
        "sorts": verbs.SORTS,
        "may_unique": row is not None and own_unique.possible(custom.field_of(row)),
        "may_search": row is not None and findable.possible(entity, custom.field_of(row)),
        "may_quick": row is not None and own_index.possible(custom.field_of(row)),
        "large": query.estimate(entity) > query.UNINDEXED_ROWS,
        "builder": _builder(request, entity, row) if row else [],
        "ways": retyping.ways(row) if row and row.active else {},
        "looked": looked,
        "formula": reckoned.in_words(entity, row.options.get("source", "")) if row else "",
        "targets": verbs.referable(),
        **_figures(entity),
        "counted": _offered(request, registry.get(row.options["child"])) if row and row.kind == "rollup" else [],
        "lists": [each for each in lists.everything() if not each.dictionary.fixed],
        "typed": request.POST if refusal or looked else {},
        "error": told(refusal),
        **designs.settings(entity, actor_of(request)),
        "form_errors": designs.errors(refusal),
    }
    words = {"entity": entity.label}
    return page(request, "admin/fields_of.html", context, title=_("Fields of “%(entity)s”") % words, status=422 if refusal else 200)


def _figures(entity: Entity) -> dict[str, Any]:
    """What may be counted for a kind of record: of which records, how, and which of their fields, by code."""
    pairs = figures.children(entity)
    return {
        "figured": {f"{child.key}/{key}": f"{child.label_plural} · {child.fields[key].label}" for child, key in pairs},
        "hows": HOWS,
        "ofs": {
            str(child.label_plural): {f"{child.key}/{key}": str(field.label) for key, field in figures.askable(child, "latest").items()}
            for child, _key in pairs
        },
    }


def _offered(request: HttpRequest, entity: Entity) -> list[dict[str, Any]]:
    """The fields that a condition of a figure may go by."""
    offered = builder.metadata(entity, reader_of(request))
    return [{**each, "options": _plain(each["options"])} for each in offered]


def _builder(request: HttpRequest, entity: Entity, row: CustomField) -> list[dict[str, Any]]:
    """What a rule may go by: fields whose values a form holds, but for the field itself."""
    offered = builder.metadata(entity, reader_of(request))
    return [{**each, "options": _plain(each["options"])} for each in offered if each["kind"] in ruled.TOLD and each["key"] != f"f{row.pk}"]


def _plain(options: list[dict[str, Any]] | None) -> list[dict[str, Any]] | None:
    """Without words that mean whoever asks."""
    return [o for o in options if o["value"] not in ("me", "my_reports", "my_department")] if options is not None else None


def _kind(field: Field) -> str:
    """What a field of the product holds, where that is what one of your own may hold too."""
    known = next((sort for sort in verbs.SORTS.values() if sort.kind == field.kind.name), None)
    return str(known.label) if known else ""


def _sort(row: CustomField) -> str:
    """What a field is, in words; with the list that it offers."""
    several = int(row.options.get("lines", 1)) > 1
    label = str(verbs.SORTS["lines" if row.kind == "text" and several else row.kind].label)
    offered = lists.get(row.options["dictionary"]) if "dictionary" in row.options else None
    named = verbs.referable().get(row.options.get("to", ""))
    more = offered.label if offered else named.label if named else row.options.get("prefix", "") or _figured(row)
    return f"{label} · {more}" if more else label


def _figured(row: CustomField) -> str:
    """What a figure counts, in words."""
    if row.kind != "rollup":
        return ""
    child = registry.get(row.options["child"])
    of = child.fields.get(row.options["of"])
    return " · ".join(map(str, [child.label_plural, HOWS[row.options["how"]], *([of.label] if of else [])]))


def _wish(request: HttpRequest) -> verbs.Wish:
    given = request.POST
    names = ("zh", "en", "help", "sort", "offers", "lines", "to", "prefix", "first", "rolls", "how", "of")
    texts: dict[str, Any] = {name: given.get(name, "") for name in names}
    return verbs.Wish(
        **texts,
        required=bool(given.get("required")),
        unique=bool(given.get("unique")),
        searched=bool(given.get("searched")),
        shown_when=given.get("shown_when"),
        asked_when=given.get("asked_when"),
        formula=given.get("formula"),
        where=given.get("where"),
        back=bool(given.get("back")) if given.get("both") else None,
    )


def _verb(do: Callable[[HttpRequest, Entity, CustomField], str]) -> View:
    """POST does it and goes back; what is refused is drawn over the page, with what was typed."""

    @shaping
    @require_POST
    def view(request: HttpRequest, of: str, field_id: int) -> HttpResponse:
        entity = _entity(of)
        row = _field(entity, field_id)
        if row is None:
            raise Http404
        try:
            said = do(request, entity, row)
        except Refused as refusal:
            return drawn(request, entity, refusal, field_id)
        return go(request, f"{designs.home(entity)}?field={field_id}", said)

    return view


@shaping
@require_POST
def add(request: HttpRequest, of: str) -> HttpResponse:
    """One more field."""
    entity = _entity(of)
    try:
        row = verbs.add(entity, _wish(request), actor=actor_of(request))
    except Refused as refusal:
        return drawn(request, entity, refusal)
    said = _("“%(name)s” is in forms, lists, filters, imports and exports from now on.") % {"name": row.label}
    return go(request, f"{designs.home(entity)}?field={row.pk}", said)


def _change(request: HttpRequest, entity: Entity, row: CustomField) -> str:
    verbs.change(entity, row, _wish(request), actor=actor_of(request))
    return _("Saved")


def _shift(request: HttpRequest, entity: Entity, row: CustomField) -> str:
    verbs.shift(row, up=bool(request.POST.get("up")), actor=actor_of(request))
    return _("Saved")


@shaping
@require_POST
def retype(request: HttpRequest, of: str, field_id: int) -> HttpResponse:
    """Another sort of field: first a look at what would become of the values, then (`sure`) a job does it."""
    entity = _entity(of)
    row = _field(entity, field_id)
    if row is None:
        raise Http404
    wish, actor = _wish(request), actor_of(request)
    try:
        if not request.POST.get("sure"):
            return drawn(request, entity, None, field_id, looked=retyping.preview(entity, row, wish, actor=actor))
        new = retyping.convert(entity, row, wish, actor=actor)
    except Refused as refusal:
        return drawn(request, entity, refusal, field_id)
    return go(request, f"{designs.home(entity)}?field={new.pk}", _("The values follow within a moment; the job centre says how far it is."))


def _go_back(request: HttpRequest, entity: Entity, row: CustomField) -> str:
    retyping.go_back(row, actor=actor_of(request))
    return _("The field is as it was before.")


def _quicken(request: HttpRequest, entity: Entity, row: CustomField) -> str:
    verbs.quicken(row, quick=bool(request.POST.get("quick")), actor=actor_of(request))
    return _("Saved. The index is built beside the work of others; the job centre says how far it is.")


def _retire(request: HttpRequest, entity: Entity, row: CustomField) -> str:
    verbs.retire(row, active=bool(request.POST.get("active")), actor=actor_of(request))
    return _("Saved. It holds from the next click of everybody.")


urls = [
    path("admin/fields/", show),
    path("admin/fields/<slug:of>/", one),
    path("admin/fields/<slug:of>/add/", add),
    path("admin/fields/<slug:of>/<int:field_id>/", _verb(_change)),
    path("admin/fields/<slug:of>/<int:field_id>/shift/", _verb(_shift)),
    path("admin/fields/<slug:of>/<int:field_id>/retire/", _verb(_retire)),
    path("admin/fields/<slug:of>/<int:field_id>/quick/", _verb(_quicken)),
    path("admin/fields/<slug:of>/<int:field_id>/retype/", retype),
    path("admin/fields/<slug:of>/<int:field_id>/back/", _verb(_go_back)),
]
