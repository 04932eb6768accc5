"""Templates of prints: made of blocks with a look at the print beside them, or by a Word file; versions, pictures, retiring."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from guanxi.kernel import directory, one
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.merge_tags import naming
from guanxi.kernel.registry import registry
from guanxi.kernel.whole import whole
from guanxi.kernel.write import Invalidated, NotFound, Refused
from guanxi.kernel.write.lists import may_shape
from guanxi.surfaces.admin.places import CONTENTS, PLACES, Place, opened_to
from guanxi.surfaces.admin.verbs import told
from guanxi.surfaces.pages.frame import actor_of, fragment, go, page
from guanxi.surfaces.prints import below, document, keeping, printing, starting
from guanxi.surfaces.prints.blocks import MARGINS, PAPERS, PARTS, SIDES, SORTS, STRIPS
from guanxi.surfaces.prints.models import PrintPicture, PrintTemplate

PLACES.append(
    Place(
        "/admin/prints/",
        "printer",
        gettext_lazy("Print templates"),
        gettext_lazy("How records are printed: blocks with tags, lists, stamps and codes, or Word files of your own."),
        CONTENTS,
        "打印 模板 套打 合同 报价单 印章 二维码 word docx pdf print template merge tag",
        may_shape,
    )
)
shaping = opened_to(may_shape)
LANGUAGES = {"": gettext_lazy("That of the reader"), "zh-hans": gettext_lazy("Chinese"), "en": gettext_lazy("English")}
#: What a new one begins as.
BEGINNINGS = {
    "usual": gettext_lazy("The usual sheet: all fields by section"),
    "empty": gettext_lazy("An empty sheet"),
    "word": gettext_lazy("A Word file of your own"),
}
#: Versions that the page lists.
SHOWN = 20


@shaping
def show(request: HttpRequest) -> HttpResponse:
    """All templates by kind of record."""
    rows: dict[str, list[PrintTemplate]] = {}
    for row in PrintTemplate.objects.order_by("-active", "zh", "pk"):
        rows.setdefault(row.entity, []).append(row)
    found = [{"entity": each, "rows": rows.get(each.key, [])} for each in printable()]
    return page(request, "admin/prints.html", {"found": found, "count": sum(map(len, rows.values()))}, title=_("Print templates"))


@shaping
def new(request: HttpRequest) -> HttpResponse:
    """One more: for which records, and what it begins as."""
    given, errors = request.POST, {}
    if request.method == "POST":
        entity = next((each for each in printable() if each.slug == given.get("of", "")), None)
        if entity is None:
            raise Http404
        begin = given.get("begin", "usual")
        wish = None if begin == "word" else starting.usual(entity) if begin == "usual" else document.fresh()
        try:
            row = keeping.create(entity, given.get("zh", ""), given.get("en", ""), given.get("language", ""), wish, actor=actor_of(request))
            return go(request, _address(row))
        except Invalidated as refusal:
            errors = refusal.errors
    context = {"entities": printable(), "of": request.GET.get("of", given.get("of", "")), "beginnings": BEGINNINGS, "languages": LANGUAGES}
    return page(
        request,
        "admin/print_new.html",
        {**context, "given": given, "errors": errors},
        title=_("New template"),
        status=422 if errors else 200,
    )


@shaping
def edit(request: HttpRequest, template_id: int) -> HttpResponse:
    """The editor of one; POST keeps what it sent as a version."""
    row = get_object_or_404(PrintTemplate, pk=template_id)
    if row.sort == "word":
        return _word(request, row)
    wish, refusal = _kept(row), None
    base: int | None = row.version
    if request.method == "POST":
        wish, base = document.read(request.POST), whole(request.POST.get("base"))
        try:
            names = [request.POST.get(key, "") for key in ("zh", "en", "language")]
            row = keeping.save(row, wish, *names, actor=actor_of(request), base=base)
            return go(request, _address(row), _("Saved as version %(number)d.") % {"number": row.version})
        except Invalidated as problem:
            refusal, base = problem, problem.version if isinstance(problem, keeping.Overtaken) else base
            row.refresh_from_db()
    entity = registry.get(row.entity)
    context: dict[str, Any] = {
        **_about(request, row, entity, refusal),
        "wish": wish,
        "base": row.version if base is None else base,
        "sorts": SORTS,
        "sides": SIDES,
        "papers": PAPERS,
        "margins": MARGINS,
        "strips": STRIPS,
        "parts": PARTS,
        "tabs": below.tabs(entity),
        "tags": _tags(entity),
        "formats": naming.FORMAT_LABELS,
        "pictures": PrintPicture.objects.order_by("-pk"),
        "block": document.block,
    }
    return page(request, "admin/print.html", context, title=row.label, status=422 if refusal else 200)


def _word(request: HttpRequest, row: PrintTemplate) -> HttpResponse:
    refusal = None
    if request.method == "POST":
        names = [request.POST.get(key, "") for key in ("zh", "en", "language")]
        try:
            row = keeping.rename(row, *names, actor=actor_of(request))
            if file := request.FILES.get("file"):
                row = keeping.take(row, file, actor=actor_of(request))  # type: ignore[arg-type]
            return go(request, _address(row), _("Saved"))
        except Invalidated as problem:
            refusal = problem
            row.refresh_from_db()
    entity = registry.get(row.entity)
    context = {**_about(request, row, entity, refusal), "tags": _tags(entity), "tabs": below.tabs(entity), "formats": naming.FORMAT_LABELS}
    return page(request, "admin/print_word.html", context, title=row.label, status=422 if refusal else 200)


def _about(request: HttpRequest, row: PrintTemplate, entity: Entity, refusal: Invalidated | None) -> dict[str, Any]:
    """What both editors show."""
    versions = [
        {
            "number": v.number,
            "of": v.of,
            "who": directory.person_name(v.created_by) or _("The system"),
            "at": _moment(v.created_at),
            "name": v.name,
        }
        for v in row.versions.order_by("-number")[:SHOWN]
    ]
    names = request.POST if refusal else {"zh": row.zh, "en": row.en, "language": row.language}
    return {
        "row": row,
        "entity": entity,
        "names": names,
        "languages": LANGUAGES,
        "versions": versions,
        "address": _address(row),
        "may_view": actor_of(request).may(entity.key, "view"),
        "errors": refusal.errors if refusal else {},
        "error": told(refusal),
    }


@shaping
@require_POST
def look(request: HttpRequest, template_id: int) -> HttpResponse:
    """The print that what stands in the editor would make: of the chosen record, as its reader sees it, or of samples."""
    row = get_object_or_404(PrintTemplate, pk=template_id, sort="blocks")
    entity, actor = registry.get(row.entity), actor_of(request)
    try:
        wish = document.checked(entity, document.read(request.POST))
        record = sampled(entity, actor, request.POST.get("sample", ""))
        made = printing.look(entity, wish, request.POST.get("language", ""), record, actor)
    except Refused as refusal:
        return fragment(request, "admin/print_look.html", {"error": told(refusal)})
    pages = [f"data:image/png;base64,{b64encode(each).decode('ascii')}" for each in made]
    return fragment(request, "admin/print_look.html", {"pages": pages})


@shaping
@require_GET
def sample(request: HttpRequest, template_id: int) -> HttpResponse:
    """The kept template, printed of a record that one may see, or of samples where none is chosen."""
    row = get_object_or_404(PrintTemplate, pk=template_id, version__gt=0)
    entity, actor = registry.get(row.entity), actor_of(request)
    try:
        record = sampled(entity, actor, request.GET.get("record", ""))
        return printing.answer(row, entity, [record] if record else [], actor, sample=True)
    except Refused as refusal:
        context = {"message": str(refusal), "back": _address(row), "entity": entity}
        return page(request, "pages/refused.html", context, title=row.label, status=422)


@shaping
@require_POST
def go_back(request: HttpRequest, template_id: int, number: int) -> HttpResponse:
    """An earlier version once more."""
    try:
        row = keeping.go_back(get_object_or_404(PrintTemplate, pk=template_id), number, actor=actor_of(request))
    except NotFound:
        raise Http404 from None
    return go(request, _address(row), _("Version %(number)d holds again.") % {"number": number})


@shaping
@require_POST
def switch(request: HttpRequest, template_id: int) -> HttpResponse:
    """Retire it, or bring it back."""
    row = get_object_or_404(PrintTemplate, pk=template_id)
    active = request.POST.get("active") == "1"
    keeping.switch(row, active, actor=actor_of(request))
    return go(request, _address(row), _("Offered for printing again.") if active else _("Retired: nobody is offered it any more."))


@shaping
@require_GET
def file(request: HttpRequest, template_id: int, number: int) -> Any:
    """The Word file of a version."""
    row = get_object_or_404(PrintTemplate, pk=template_id, sort="word")
    version = row.versions.filter(number=number).first()
    if version is None or not default_storage.exists(version.path):
        raise Http404
    return FileResponse(default_storage.open(version.path), as_attachment=True, filename=version.name or f"{row.label}.docx")


@shaping
@require_POST
def add_picture(request: HttpRequest, template_id: int) -> HttpResponse:
    """A picture or stamp more; the editor chooses it from its lists."""
    row = get_object_or_404(PrintTemplate, pk=template_id)
    try:
        made = keeping.add_picture(request.FILES.get("picture"), actor=actor_of(request))  # type: ignore[arg-type]
    except Invalidated as refusal:
        return fragment(request, "admin/print_pictures.html", {"error": told(refusal), "address": _address(row)}, status=422)
    context = {"pictures": PrintPicture.objects.order_by("-pk"), "made": made, "address": _address(row)}
    return fragment(request, "admin/print_pictures.html", context)


@shaping
@require_GET
def picture(request: HttpRequest, picture_id: int) -> Any:
    """One of them, for the editor."""
    row = get_object_or_404(PrintPicture, pk=picture_id)
    if not default_storage.exists(row.path):
        raise Http404
    response = FileResponse(default_storage.open(row.path), content_type="image/png")
    response["X-Content-Type-Options"] = "nosniff"
    return response


def printable() -> list[Entity]:
    """The kinds of record that people print and write about."""
    return [each for each in sorted(registry, key=lambda each: each.place) if each.slug and each.layout]


def _address(row: PrintTemplate) -> str:
    return f"/admin/prints/{row.pk}/"


def _kept(row: PrintTemplate) -> dict[str, Any]:
    return {**document.fresh(), **keeping.current(row).document}


def _tags(entity: Entity) -> list[dict[str, Any]]:
    """Tags to choose from: those of the record, and of each list below it."""
    found = [{"of": "", "label": heading, "tags": tags} for heading, tags in naming.offered(entity)]
    for code, tab in below.tabs(entity).items():
        tags = [(key, str(field.label)) for key, field in naming.tagged(tab.child).items()]
        found.append({"of": code, "label": tab.label, "tags": tags})
    return found


def sampled(entity: Entity, actor: Actor, given: str) -> int:
    """The record that was chosen, 0 for none. Raises NotFound where one may not see it."""
    number = whole(given)
    if not number:
        return 0
    if one.find(entity, actor, number) is None:
        raise NotFound()
    return number


def _moment(at: Any) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M")


_ONE = "admin/prints/<int:template_id>/"
urls = [
    path("admin/prints/", show),
    path("admin/prints/new/", new),
    path("admin/prints/pictures/<int:picture_id>/", picture),
    path(_ONE, edit),
    path(_ONE + "look/", look),
    path(_ONE + "sample/", sample),
    path(_ONE + "switch/", switch),
    path(_ONE + "picture/", add_picture),
    path(_ONE + "versions/<int:number>/back/", go_back),
    path(_ONE + "versions/<int:number>/file/", file),
]
