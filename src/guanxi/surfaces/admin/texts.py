"""Texts that the company keeps ready: mails, text messages and phrases with tags, with a look at each filled beside it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from guanxi.kernel.entity import Entity
from guanxi.kernel.merge_tags import naming
from guanxi.kernel.registry import registry
from guanxi.kernel.write import Invalidated, Refused
from guanxi.kernel.write.lists import may_shape
from guanxi.org.models import Role
from guanxi.surfaces.admin.places import CONTENTS, PLACES, Place, opened_to
from guanxi.surfaces.admin.prints import LANGUAGES, printable, sampled
from guanxi.surfaces.admin.verbs import told
from guanxi.surfaces.pages.frame import actor_of, fragment, go, page
from guanxi.surfaces.texts import filling, keeping
from guanxi.surfaces.texts.keeping import Wish
from guanxi.surfaces.texts.models import TextTemplate
from guanxi.surfaces.texts.sorts import SORTS, parts

PLACES.append(
    Place(
        "/admin/texts/",
        "mail",
        gettext_lazy("Text templates"),
        gettext_lazy("Mails, text messages and phrases kept ready, filled from a record when somebody writes."),
        CONTENTS,
        "文本 模板 邮件 短信 常用语 话术 写信 mail sms phrase text template merge tag",
        may_shape,
    )
)
shaping = opened_to(may_shape)


@shaping
def show(request: HttpRequest) -> HttpResponse:
    """All texts by kind of record."""
    rows: dict[str, list[TextTemplate]] = {}
    for row in TextTemplate.objects.order_by("-active", "sort", "zh", "pk"):
        rows.setdefault(row.entity, []).append(row)
    found = [{"entity": each, "rows": rows.get(each.key, [])} for each in printable()]
    return page(request, "admin/texts.html", {"found": found, "sorts": SORTS}, title=_("Text templates"))


@shaping
def new(request: HttpRequest) -> HttpResponse:
    """One more; the address says of which records (`?of=`)."""
    entity = next((each for each in printable() if each.slug == request.GET.get("of", "customers")), None)
    if entity is None:
        raise Http404
    if request.method != "POST":
        return _drawn(request, entity, None, Wish("", ""))
    wish = _wish(request.POST)
    try:
        row = keeping.create(entity, wish, actor=actor_of(request))
    except Invalidated as refusal:
        return _drawn(request, entity, None, wish, refusal)
    return go(request, f"/admin/texts/{row.pk}/", _("Saved"))


@shaping
def edit(request: HttpRequest, text_id: int) -> HttpResponse:
    """The editor of one."""
    row = get_object_or_404(TextTemplate, pk=text_id)
    entity = registry.get(row.entity)
    if request.method != "POST":
        said = {name: getattr(row, name) for name in ("zh", "en", "body", "sort", "language", "subject", "roles")}
        return _drawn(request, entity, row, Wish(**said))
    wish = _wish(request.POST)
    try:
        keeping.change(row, entity, wish, actor=actor_of(request))
    except Invalidated as refusal:
        return _drawn(request, entity, row, wish, refusal)
    return go(request, f"/admin/texts/{row.pk}/", _("Saved"))


@shaping
@require_POST
def look(request: HttpRequest, of: str) -> HttpResponse:
    """What stands in the editor, filled from the chosen record as its reader sees it, or with samples."""
    entity = next((each for each in printable() if each.slug == of), None)
    if entity is None:
        raise Http404
    wish, actor = _wish(request.POST), actor_of(request)
    try:
        subject, body = keeping.checked(entity, wish)
        filled = filling.fill(entity, subject, body, wish.language, sampled(entity, actor, request.POST.get("sample", "")), actor)
    except Refused as refusal:
        return fragment(request, "admin/text_look.html", {"error": told(refusal)})
    return fragment(request, "admin/text_look.html", {"filled": filled, "sort": wish.sort, "count": parts(filled.body)})


@shaping
@require_POST
def switch(request: HttpRequest, text_id: int) -> HttpResponse:
    """Retire it, or bring it back."""
    row = get_object_or_404(TextTemplate, pk=text_id)
    active = request.POST.get("active") == "1"
    keeping.switch(row, active, actor=actor_of(request))
    return go(request, f"/admin/texts/{row.pk}/", _("Offered again.") if active else _("Retired: nobody is offered it any more."))


def _wish(given: QueryDict) -> Wish:
    said = {name: given.get(name, "") for name in ("zh", "en", "body", "sort", "language", "subject")}
    return Wish(**said, roles=given.getlist("roles"))


def _drawn(request: HttpRequest, entity: Entity, row: TextTemplate | None, wish: Wish, refusal: Invalidated | None = None) -> HttpResponse:
    context: dict[str, Any] = {
        "row": row,
        "entity": entity,
        "entities": printable(),
        "wish": wish,
        "sorts": SORTS,
        "languages": LANGUAGES | {"": _("That of who writes")},
        "roles": Role.objects.filter(active=True).order_by("position", "id"),
        "tags": [{"of": "", "label": heading, "tags": tags} for heading, tags in naming.offered(entity)],
        "formats": naming.FORMAT_LABELS,
        "address": f"/admin/texts/{row.pk}/" if row else f"/admin/texts/new/?of={entity.slug}",
        "may_view": actor_of(request).may(entity.key, "view"),
        "errors": refusal.errors if refusal else {},
        "limits": {"name": keeping.NAME, "subject": keeping.SUBJECT, "body": keeping.BODY},
    }
    return page(request, "admin/text.html", context, title=row.label if row else _("New text"), status=422 if refusal else 200)


_ONE = "admin/texts/<int:text_id>/"
urls = [
    path("admin/texts/", show),
    path("admin/texts/new/", new),
    path("admin/texts/look/<slug:of>/", look),
    path(_ONE, edit),
    path(_ONE + "switch/", switch),
]
