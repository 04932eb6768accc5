"""What new records are called where nobody says so, by kind of record, with a look at it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from guanxi.kernel import titles
from guanxi.kernel.entity import Entity
from guanxi.kernel.merge_tags import naming
from guanxi.kernel.merge_tags.naming import Path
from guanxi.kernel.write import Refused
from guanxi.kernel.write import titles as verbs
from guanxi.kernel.write.lists import may_shape
from guanxi.surfaces.admin.places import CONTENTS, PLACES, Place, opened_to
from guanxi.surfaces.admin.prints import printable, sampled
from guanxi.surfaces.admin.verbs import told
from guanxi.surfaces.pages.frame import actor_of, fragment, go, page
from guanxi.surfaces.texts import filling

PLACES.append(
    Place(
        "/admin/titles/",
        "tag",
        gettext_lazy("Proposed titles"),
        gettext_lazy("What a new record is called when its title is left empty: other fields of it put together."),
        CONTENTS,
        "标题 名称 自动 命名 规则 title name proposal template merge tag",
        may_shape,
    )
)
shaping = opened_to(may_shape)


@shaping
def show(request: HttpRequest) -> HttpResponse:
    """Every kind of record whose title is typed, and what is proposed."""
    return _drawn(request, None)


@shaping
def one(request: HttpRequest, of: str) -> HttpResponse:
    """GET shows what is proposed for a kind of record, POST changes it."""
    chosen = _found(of)
    if request.method != "POST":
        return _drawn(request, chosen)
    try:
        verbs.change(chosen, request.POST.get("source", ""), actor=actor_of(request))
    except Refused as refusal:
        return _drawn(request, chosen, refusal)
    return go(request, f"/admin/titles/{of}/", _("Saved"))


@shaping
@require_POST
def look(request: HttpRequest, of: str) -> HttpResponse:
    """What it makes of the chosen record, as far as its reader sees it, or of samples."""
    entity, actor = _found(of), actor_of(request)
    try:
        source = verbs.checked(entity, request.POST.get("source", ""))
        filled = filling.fill(entity, source, "", "", sampled(entity, actor, request.POST.get("sample", "")), actor)
    except Refused as refusal:
        return fragment(request, "admin/text_look.html", {"error": told(refusal)})
    most: int = entity.fields[entity.title].kind.max_length  # type: ignore[attr-defined]
    return fragment(
        request, "admin/text_look.html", {"filled": {"subject": filled.subject[:most], "body": ""}, "sort": "mail", "count": None}
    )


def _titled() -> list[Entity]:
    return [entity for entity in printable() if titles.possible(entity)]


def _found(of: str) -> Entity:
    found = next((entity for entity in _titled() if entity.slug == of), None)
    if found is None:
        raise Http404
    return found


def _tags(entity: Entity) -> list[dict[str, Any]]:
    """The tags of what a new record knows and everybody may read."""
    near = naming.steps(entity)
    path_of = lambda word: Path(*reversed(word.split(".", 1))) if word.partition(".")[0] in near else Path(word)
    known = lambda word: titles.usable(entity, path_of(word)) and titles.shared(entity, path_of(word))
    offered = [(heading, [(word, label) for word, label in tags if known(word)]) for heading, tags in naming.offered(entity)]
    return [{"of": "", "label": heading, "tags": tags} for heading, tags in offered if tags]


def _drawn(request: HttpRequest, chosen: Entity | None, refusal: Refused | None = None) -> HttpResponse:
    context: dict[str, Any] = {"lines": [(each, titles.told(each)) for each in _titled()], "chosen": chosen, "error": told(refusal)}
    if chosen is not None:
        context |= {
            "source": request.POST.get("source", "") if refusal else titles.source(chosen),
            "tags": _tags(chosen),
            "formats": naming.FORMAT_LABELS,
            "longest": verbs.LONGEST,
            "may_view": actor_of(request).may(chosen.key, "view"),
        }
    return page(request, "admin/titles.html", context, title=_("Proposed titles"), status=422 if refusal else 200)


_ONE = "admin/titles/<slug:of>/"
urls = [path("admin/titles/", show), path(_ONE, one), path(_ONE + "look/", look)]
