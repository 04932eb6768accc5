"""Collection forms as administrators keep them: what they ask, who answers for them, their link, and what came in."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field, Invalid, Reader
from guanxi.kernel.fields.dates import read_date
from guanxi.kernel.registry import registry
from guanxi.kernel.whole import whole
from guanxi.kernel.write import Invalidated
from guanxi.kernel.write.lists import may_shape
from guanxi.org.models import User
from guanxi.surfaces.admin.places import CONTENTS, PLACES, Place, opened_to
from guanxi.surfaces.admin.verbs import told
from guanxi.surfaces.collecting import keeping, standing, taking
from guanxi.surfaces.collecting.asking import collectable, lacking, may_ask
from guanxi.surfaces.collecting.models import CollectForm
from guanxi.surfaces.pages import collect, collected
from guanxi.surfaces.pages.form import beside, retyped
from guanxi.surfaces.pages.frame import actor_of, go, page
from guanxi.surfaces.prints.drawings import code

PLACES.append(
    Place(
        "/admin/collect/",
        "forms",
        gettext_lazy("Collection forms"),
        gettext_lazy("Forms that people without an account fill by a link or a code: enquiries, repairs, registers."),
        CONTENTS,
        "采集 表单 问卷 报名 登记 线索收集 外链 二维码 扫码 公开 form survey web to lead public link qr",
        may_shape,
    )
)
shaping = opened_to(may_shape)
LANGUAGES = {"": gettext_lazy("That of the reader's browser"), "zh-hans": gettext_lazy("Chinese"), "en": gettext_lazy("English")}
#: What strangers read: label, longest, lines.
TEXTS = {
    "title": (gettext_lazy("Title"), 1),
    "intro": (gettext_lazy("Introduction"), 3),
    "thanks": (gettext_lazy("Thanks afterwards"), 2),
    "consent": (gettext_lazy("What they agree to"), 3),
}


@shaping
def show(request: HttpRequest) -> HttpResponse:
    """All of them."""
    waiting = Count("submissions", filter=Q(submissions__state="waiting"))
    rows = CollectForm.objects.select_related("person").annotate(waiting=waiting).order_by("-active", "name", "pk")
    return page(request, "admin/collect_forms.html", {"lines": [_line(row) for row in rows]}, title=_("Collection forms"))


def _line(row: CollectForm) -> dict[str, Any]:
    word, tone = standing.WORDS[standing.of(row).state]
    last = timezone.localtime(row.last_at).strftime("%Y-%m-%d %H:%M") if row.last_at else ""
    return {"row": row, "kind": _kind(row), "word": word, "tone": tone, "link": link(row), "last": last}


def _kind(row: CollectForm) -> str:
    """What its records are called, retired ones too."""
    entity = next((each for each in registry if each.key == row.entity), None)
    return str(entity.label) if entity else "—"


def link(row: CollectForm) -> str:
    """The address that is given to people."""
    return f"{settings.GUANXI_URL}/f/{row.token}/"


@shaping
def new(request: HttpRequest) -> HttpResponse:
    """One more: of which records, and what it is called."""
    offered = collectable()
    errors: dict[str, str] = {}
    if request.method == "POST":
        entity = next((each for each in offered if each.slug == request.POST.get("of", "")), None)
        if entity is None:
            raise Http404
        try:
            return go(request, _address(keeping.create(entity, request.POST.get("name", ""), actor=actor_of(request))))
        except Invalidated as refusal:
            errors = refusal.errors
    context = {"entities": offered, "of": request.POST.get("of", ""), "name": request.POST.get("name", ""), "errors": errors}
    return page(request, "admin/collect_new.html", context, title=_("New collection form"), status=422 if errors else 200)


@shaping
def edit(request: HttpRequest, form_id: int) -> HttpResponse:
    """One of them; POST saves it."""
    row = _row(form_id)
    if request.method != "POST":
        return _drawn(request, row)
    try:
        wish = _wish(request, row)
        keeping.save(row, wish, actor=actor_of(request))
    except Invalidated as refusal:
        return _drawn(request, row, refusal)
    return go(request, _address(row), _("Saved"))


@shaping
@require_GET
def look(request: HttpRequest, form_id: int) -> HttpResponse:
    """It as strangers would see it, before it is opened."""
    row = _row(form_id)
    if standing.entity_of(row) is None:
        raise Http404
    return collect.look(request, row)


@shaping
@require_POST
def renew(request: HttpRequest, form_id: int) -> HttpResponse:
    """Another link."""
    row = _row(form_id)
    keeping.renew(row, actor=actor_of(request))
    return go(request, _address(row), _("The form has another link. The former one leads nowhere any more."))


@shaping
@require_POST
def switch(request: HttpRequest, form_id: int) -> HttpResponse:
    """Open it with `active`, or close it."""
    row, active = _row(form_id), bool(request.POST.get("active"))
    try:
        keeping.switch(row, active, actor=actor_of(request))
    except Invalidated as refusal:
        return _drawn(request, _row(form_id), refusal)
    return go(request, _address(row), _("The form is open.") if active else _("The form is closed: its link leads nowhere."))


@shaping
@require_GET
def received(request: HttpRequest, form_id: int) -> HttpResponse:
    """What came in by it."""
    row = _row(form_id)
    context = collected.listed(request, row.submissions.all(), f"{_address(row)}received/")
    return page(request, "admin/collect_received.html", {"form": row, **context}, title=row.name)


def _row(number: int) -> CollectForm:
    found: CollectForm = get_object_or_404(CollectForm.objects.select_related("person"), pk=number)
    return found


def _address(row: CollectForm) -> str:
    return f"/admin/collect/{row.pk}/"


def _wish(request: HttpRequest, row: CollectForm) -> keeping.Wish:
    """What the page sent. Raises Invalidated where a day or number is none."""
    given = request.POST
    text = lambda name: given.get(name, "").replace("\x00", "").replace("\r\n", "\n").strip()
    words = {name: {code: text(f"{name}-{code}") for code in ("zh", "en")} for name in TEXTS}
    keys = list(dict.fromkeys(given.getlist("asked")))
    asked = [{"key": k, "must": bool(given.get(f"must-{k}")), **{w: text(f"{w}-{k}") for w in keeping.WORDS}} for k in keys]
    entity = standing.entity_of(row)
    open_ = may_ask(entity, actor_of(request)) if entity else {}
    fixed = {key: raw for key, field in open_.items() if key not in keys and (raw := _fixed(given, field)) not in ("", [])}
    until = None
    try:
        until = read_date(text("until")) if text("until") else None
    except Invalid as problem:
        raise Invalidated({"until": str(problem)}) from None
    most = whole(text("most")) if text("most") else None
    if text("most") and most is None:
        raise Invalidated({"most": _("Give a whole number, or nothing for no limit.")})
    person = whole(given.get("person"))
    return keeping.Wish(text("name"), person, bool(given.get("pooled")), text("language"), until, most, words, asked, fixed)


def _fixed(given: Any, field: Field) -> Any:
    """The value that a control of a fixed field sent; a box that is not ticked says nothing."""
    raw = [each.replace("\x00", "") for each in given.getlist(f"fixed-{field.key}")]
    if field.kind.stored == "list":
        return [each for each in raw if each]
    last = raw[-1].strip() if raw else ""
    return "" if field.kind.name == "boolean" and last == "0" else last


def _drawn(request: HttpRequest, row: CollectForm, refusal: Invalidated | None = None) -> HttpResponse:
    """The page as the form stands, or as it was typed if that was refused."""
    if refusal is not None and request.POST.get("name") is not None:
        with suppress(Invalidated):
            wish = _wish(request, row)
            row.name, row.pooled, row.language, row.until, row.most = wish.name, wish.pooled, wish.language, wish.until, wish.most
            row.words, row.asked, row.fixed, row.person_id = dict(wish.words), wish.asked, dict(wish.fixed), wish.person or row.person_id
    entity, actor = standing.entity_of(row), actor_of(request)
    errors = refusal.errors if refusal else {}
    square = b64encode(code(link(row)).encode()).decode()
    context = {
        **_line(row),
        "entity": entity,
        "errors": errors,
        "others": [m for k, m in errors.items() if k in ("", "asked") or k.startswith("fixed-")],
        "fields": _fields(row, entity, actor) if entity else [],
        "lacks": "、".join(str(each.label) for each in _lacks(row, entity)) if entity else "",
        "spoilt": keeping.unfitting(unfit) if (unfit := taking.unfit(row, standing.of(row))) else "",
        "texts": TEXTS,
        "lengths": keeping.TEXTS,
        "languages": LANGUAGES,
        "people": User.objects.filter(is_active=True).order_by("name", "login"),
        "waiting": row.submissions.filter(state="waiting").count(),
        "qr": f"data:image/svg+xml;base64,{square}",
        "address": _address(row),
        "said": told(refusal),
    }
    return page(request, "admin/collect_form.html", context, title=row.name or _("Collection forms"), status=422 if refusal else 200)


def _lacks(row: CollectForm, entity: Entity) -> list[Field]:
    """What has become necessary since the form was saved: until it is given, everything that comes in waits."""
    person = standing.of(row).person
    given = {*row.fixed, *(each["key"] for each in row.asked)} & may_ask(entity, person).keys()
    return lacking(entity, given, person)


def _fields(row: CollectForm, entity: Entity, actor: Actor) -> list[dict[str, Any]]:
    """Those that are asked in their order, then those that could be, each with the control of a fixed value."""
    open_ = may_ask(entity, actor)
    said: Mapping[str, dict[str, Any]] = {each["key"]: each for each in row.asked if each["key"] in open_}
    reader = Reader(actor)
    return [
        {
            "key": key,
            "field": open_[key],
            "on": key in said,
            "said": said.get(key, {}),
            "control": _control(open_[key], row.fixed.get(key), reader),
        }
        for key in [*said, *(k for k in open_ if k not in said)]
    ]


def _control(field: Field, raw: Any, reader: Reader) -> Any:
    """The control of the house for a fixed value; none is wanted of it."""
    plain = replace(beside(field, {}), key=f"fixed-{field.key}", required=False)
    try:
        return plain.kind.input(plain, plain.kind.parse(raw, reader), reader)
    except Invalid:
        return retyped(plain, raw, reader)


_ONE = "admin/collect/<int:form_id>/"
urls = [
    path("admin/collect/", show),
    path("admin/collect/new/", new),
    path(_ONE, edit),
    path(_ONE + "look/", look),
    path(_ONE + "link/", renew),
    path(_ONE + "switch/", switch),
    path(_ONE + "received/", received),
]
