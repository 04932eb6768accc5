"""Choice lists: what each offers, where it is used and how often; values added, renamed, ordered, retired and merged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from guanxi.kernel import directory, jobs, lists, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.dictionary import Item
from guanxi.kernel.lists import ListOf
from guanxi.kernel.whole import whole
from guanxi.kernel.write import Refused
from guanxi.kernel.write import lists as verbs
from guanxi.surfaces.admin.places import CONTENTS, PLACES, Place, opened_to
from guanxi.surfaces.admin.structure import values
from guanxi.surfaces.admin.structure.pages import Kind, importing
from guanxi.surfaces.admin.verbs import told
from guanxi.surfaces.exchange.sheet import workbook
from guanxi.surfaces.pages.frame import View, actor_of, go, page

PLACES.append(
    Place(
        "/admin/lists/",
        "list",
        gettext_lazy("Choice lists"),
        gettext_lazy("What people choose from: levels, sources, industries, stages and all other lists."),
        CONTENTS,
        "字典 选项 下拉 数据字典 级别 来源 行业 标签 dictionary choice option value tag",
        verbs.may_shape,
    )
)
shaping = opened_to(verbs.may_shape)
#: The job that gives records the value that stays.
MERGE = "lists.merge"


@shaping
def show(request: HttpRequest) -> HttpResponse:
    """Every list."""
    found = [{"of": of, "uses": _where(of), "number": sum(item.active for item in of.items)} for of in lists.everything()]
    return page(request, "admin/lists.html", {"lists": found}, title=_("Choice lists"))


@shaping
def one(request: HttpRequest, code: str) -> HttpResponse:
    """The values of a list; `?value=` is the one whose panel is open."""
    return _drawn(request, _list(code))


def _list(code: str) -> ListOf:
    of = lists.get(code)
    if of is None:
        raise Http404
    return of


def _value(of: ListOf, number: int | None) -> Item | None:
    return next((item for item in of.items if item.id == number), None)


def _drawn(request: HttpRequest, of: ListOf, refusal: Refused | None = None, chosen: int | None = None) -> HttpResponse:
    """The page of a list, with what was refused."""
    actor, items, above = actor_of(request), of.items, of.above
    value = _value(of, chosen or whole(request.GET.get("value")))
    counted = lists.counts(of) if _sees_all(of, actor) else None
    context = {
        "of": of,
        "values": [
            {"item": item, "uses": None if counted is None else counted.get(item.id, 0), "depth": len(of.dictionary.line(item)) - 1}
            for item in items
        ],
        "counted": counted is not None,
        "uses": _where(of),
        "chosen": value,
        **_places(of, items, value),
        "above": above,
        "parents": {i.id: i for i in above.dictionary.items()} if above else {},
        "lists": [each for each in lists.everything() if each.code != of.code],
        "declared": any(use.field.kind.depends_on for use in of.uses),  # type: ignore[attr-defined]
        "colours": _colours(),
        "departments": {i: e.name for i, e in directory.branches(actor).items() if e.active or i in (value.departments if value else ())},
        "typed": request.POST if refusal else {},
        "error": told(refusal),
    }
    return page(request, "admin/list.html", context, title=of.label, status=422 if refusal else 200)


def _places(of: ListOf, items: Sequence[Item], value: Item | None) -> dict[str, Any]:
    """Where a value stands, what it may become, and below what it may be put."""
    if value is None:
        return {"others": [], "first": True, "last": True, "hosts": items}
    inside = {i.id for i in items}
    level = [i for i in items if i.parent == value.parent or not inside & {i.parent, value.parent}]
    under = of.dictionary.below({value.id})
    return {
        "first": value == level[0],
        "last": value == level[-1],
        "others": [i for i in items if i.id != value.id and verbs.alike(of, value, i)],
        "hosts": [i for i in items if i.id not in under],
    }


def _sees_all(of: ListOf, actor: Actor) -> bool:
    """How often a value is used is told to who may see all that uses it."""
    return all("all" in actor.arms(use.entity.key, "view") for use in of.uses)


def _where(of: ListOf) -> str:
    return "、".join(dict.fromkeys(f"{use.entity.label} · {use.field.label}" for use in of.uses))


def _colours() -> list[tuple[str, str]]:
    return [(code, str(name)) for code, name in values.COLOURS.items()]


def _verb(do: Callable[[HttpRequest, ListOf, Item | None], str]) -> View:
    """POST does it and goes back to the list; what is refused is drawn over it, with what was typed."""

    @shaping
    @require_POST
    def view(request: HttpRequest, code: str, value_id: int = 0) -> HttpResponse:
        of = _list(code)
        value = _value(of, value_id)
        if value_id and value is None:
            raise Http404
        try:
            said = do(request, of, value)
        except Refused as refusal:
            return _drawn(request, of, refusal, value_id)
        stays = f"?value={value_id}" if value is not None and not request.POST.get("into") else ""
        return go(request, f"/admin/lists/{of.code}/{stays}", said)

    return view


def _add(request: HttpRequest, of: ListOf, value: Item | None) -> str:
    under = whole(request.POST.get("below")) or whole(request.POST.get("parent"))
    came, stood = verbs.add_lines(of, request.POST.get("lines", ""), under, actor=actor_of(request))
    if not came and not stood:
        raise write.Invalidated({"lines": _("Write one value a line.")})
    said = _("%(n)d added.") % {"n": came}
    return f"{said} {_('%(n)d stood there already.') % {'n': stood}}" if stood else said


def _change(request: HttpRequest, of: ListOf, value: Item | None) -> str:
    assert value is not None
    given = request.POST
    flags = {"active": bool(given.get("active")), "default": bool(given.get("default"))}
    verbs.change(of, value, given.get("zh", ""), given.get("en", ""), given.get("colour", ""), **flags, actor=actor_of(request))
    return _("Saved")


def _shift(request: HttpRequest, of: ListOf, value: Item | None) -> str:
    assert value is not None
    verbs.shift(of, value, up=bool(request.POST.get("up")), actor=actor_of(request))
    return _("Saved")


def _open_to(request: HttpRequest, of: ListOf, value: Item | None) -> str:
    assert value is not None
    named = (whole(each) or 0 for each in request.POST.getlist("departments") if each)
    verbs.open_to(of, value, named, actor=actor_of(request))
    return _("Saved")


def _hang(request: HttpRequest, of: ListOf, value: Item | None) -> str:
    verbs.hang(of, request.POST.get("above", ""), actor=actor_of(request))
    return _("Saved")


def _move(request: HttpRequest, of: ListOf, value: Item | None) -> str:
    assert value is not None
    given = request.POST
    verbs.move(of, value, whole(given.get("parent")) or whole(given.get("under")), whole(given.get("before")), actor=actor_of(request))
    return _("Saved")


def _merge(request: HttpRequest, of: ListOf, value: Item | None) -> str:
    assert value is not None
    actor, into = actor_of(request), _value(of, whole(request.POST.get("into")))
    if into is None:
        raise write.Invalidated({"into": _("Choose another value of the same list.")})
    verbs.merge(of, value, into, actor=actor)
    words = {"old": value.label, "new": into.label}
    spec = {"list": of.code, "old": value.id, "new": into.id, "url": f"/admin/lists/{of.code}/"}
    jobs.start(MERGE, _("“%(old)s” becomes “%(new)s”") % words, actor, spec, jobs.BULK)
    return _("“%(old)s” is “%(new)s” from now on. The records follow within a moment.") % words


@jobs.runner(MERGE)
def repoint(progress: jobs.Progress) -> None:
    """Give the records the value that stays, portion by portion."""
    of = lists.get(progress.spec["list"])
    if of is None:
        return
    old = progress.spec["old"]
    progress.total = progress.done + verbs.bearing(of, old)
    progress.save()
    for done in verbs.repoint(of, old, progress.spec["new"], actor=progress.actor):
        progress.advance(done, done=done)
        progress.save()
        if progress.cancelled():
            return


def _kind(of: ListOf) -> Kind:
    """The list as a table that leaves as a workbook and comes back from one."""
    return Kind(
        f"lists/{of.code}",
        of.label,
        values.columns(of),
        values.NEEDED,
        lambda actor: values.export(of),
        values.carrying(of),
        verbs.may_shape,
    )


@shaping
def export(request: HttpRequest, code: str) -> HttpResponse:
    """The values as a workbook."""
    kind = _kind(_list(code))
    return workbook(str(kind.label).replace("/", "-"), [str(column.label) for column in kind.columns], kind.export(actor_of(request)))


@shaping
def import_(request: HttpRequest, code: str) -> HttpResponse:
    """Values from a file: what it would do, row by row, and then it is done as a whole."""
    return importing(_kind(_list(code)))(request)


urls = [
    path("admin/lists/", show),
    path("admin/lists/<slug:code>/", one),
    path("admin/lists/<slug:code>/export/", export),
    path("admin/lists/<slug:code>/import/", import_),
    path("admin/lists/<slug:code>/add/", _verb(_add)),
    path("admin/lists/<slug:code>/hang/", _verb(_hang)),
    path("admin/lists/<slug:code>/<int:value_id>/", _verb(_change)),
    path("admin/lists/<slug:code>/<int:value_id>/shift/", _verb(_shift)),
    path("admin/lists/<slug:code>/<int:value_id>/departments/", _verb(_open_to)),
    path("admin/lists/<slug:code>/<int:value_id>/move/", _verb(_move)),
    path("admin/lists/<slug:code>/<int:value_id>/merge/", _verb(_merge)),
]
