"""Every address of the program, how it is guarded, and what a rightful request to it looks like.

The test compares this with Django's own resolver: an address that is missing here fails it. Say of a new one what guards
it; `OPEN` is for addresses that answer strangers on purpose, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from guanxi.kernel import history, write
from guanxi.org.models import Department, Role, User
from guanxi.surfaces import tiles
from tests.security.conftest import World

Body = Callable[[World], dict[str, Any] | None]


@dataclass(frozen=True)
class Rule:
    """How an address is guarded.

    `record`: by the scope on one record (also through its comment, file or write). `own`: for one person alone, whatever
    others may see. `admin`: for whoever looks after accounts, whatever he may see. `list`: open to whoever may view the
    entity; what is out of scope does not appear. `bulk`: takes ids, and leaves those alone that are out of scope.
    `person`: for everybody signed in, about himself.
    """

    guard: str
    get: bool = True
    post: Body | None = None
    #: What an onlooker, who sees the record and may not edit it, may do all the same.
    looking: bool = False
    #: Further parts of the address; None means that this entity has no such address.
    parts: Callable[[World], dict[str, Any] | None] = lambda world: {}
    query: str = ""


def empty(world: World) -> dict[str, Any]:
    """A POST without values."""
    return {}


def ids(world: World) -> dict[str, Any]:
    """The record of the world."""
    return {"ids": str(world.record.id)}


def opening(world: World) -> dict[str, Any]:
    """The record for somebody to look at."""
    return {"ids": str(world.record.id), "to": f"person:{world.cast.readonly.id}", "part": "viewer"}


def sellers(world: World) -> dict[str, Any]:
    """The role of those who sell."""
    return {"role_id": Role.objects.get(code="sales").pk}


def branch(world: World) -> dict[str, Any]:
    """The department of the stranger."""
    return {"department_id": Department.objects.get(code="west").pk}


def into_east(world: World) -> dict[str, Any]:
    """The department of the owner takes over."""
    return {"into": Department.objects.get(code="east").pk}


def mate(world: World) -> dict[str, Any]:
    """The account of a colleague."""
    return {"user_id": User.objects.get(pk=world.cast.mate.id).pk}


def new_title(world: World) -> dict[str, Any]:
    """Another title."""
    return {world.entity.title: "Renamed"}


def creation(world: World) -> dict[str, Any]:
    """A whole new record."""
    return world.creation


def move(world: World) -> dict[str, Any] | None:
    """To the second column of the first board."""
    if not world.entity.boards:
        return None
    return {"id": world.record.id, "to": codes(world)[1]}


def codes(world: World) -> list[str]:
    """Codes of the stages that the record may be in."""
    field = world.entity.fields[world.entity.stage]
    items = field.kind.dictionary.active()  # type: ignore[attr-defined]
    parent = next(i.parent for i in items if i.id == field.value(world.record))
    return [i.code for i in items if i.parent == parent]


def phone(world: World) -> dict[str, Any] | None:
    """A field with a number to reveal."""
    key = next((k for k, f in world.entity.fields.items() if f.kind.name == "phone" and f.value(world.record)), None)
    return {"key": key} if key else None


def related(world: World) -> dict[str, Any] | None:
    """A related tab that has rows or may have."""
    return {"code": world.entity.related[0]} if world.entity.related else None


def stage(world: World) -> dict[str, Any] | None:
    """The second stage."""
    return {"code": codes(world)[1]} if world.entity.stage else None


def action(world: World) -> dict[str, Any] | None:
    """The first declared action."""
    return {"code": world.entity.actions[0].code} if world.entity.actions else None


def stamp(world: World) -> dict[str, Any]:
    """A harmless change of the record by its owner, to be undone by nobody else."""
    changed = write.update((world.entity, world.record.id), {world.entity.title: "Changed"}, actor=world.cast.owner, door="test")
    return {"version": changed.version, "write_id": history.of_record(world.record.id)[0].write_id}


def upload(world: World) -> dict[str, Any]:
    """A file."""
    return {"files": SimpleUploadedFile("more.txt", b"more")}


def columns(world: World) -> dict[str, Any]:
    """One column."""
    return {"column": world.entity.title}


def view(world: World) -> dict[str, Any]:
    """A view with a name."""
    return {"name": "Mine", "where": "[]"}


def said(world: World) -> dict[str, Any]:
    """A comment, under the name of either door."""
    return {"mode": "_comment", "text": "hello", "body": "hello"}


def handover(world: World) -> dict[str, Any]:
    """Hand the record over."""
    return {**ids(world), "owner": world.cast.director.id}


def set_title(world: World) -> dict[str, Any]:
    """One field of many records."""
    key = next(k for k, f in world.entity.fields.items() if f.kind.name == "text" and not f.unique and not f.computed)
    return {**ids(world), "field": key, key: "Bulk"}


def binned(world: World) -> dict[str, Any]:
    """The deleted record."""
    return {"ids": str(world.binned.id)}


def export(world: World) -> dict[str, Any]:
    """The record as a file."""
    return {**ids(world), "format": "csv", "column": world.entity.title}


def deed(world: World) -> dict[str, Any] | None:
    """A declared action that takes a selection."""
    return next(({"code": action.code} for action in world.entity.actions if action.run), None)


def handed_back(world: World) -> dict[str, Any]:
    """Hand the record back to the usual pool."""
    return {**ids(world), "pool_reason": "no time"}


def only_pools(world: World) -> None:
    """Only pools have it: who may is tried in tests/customers/test_pool_pages.py."""


def board(world: World) -> dict[str, Any] | None:
    """Only entities with a board have columns."""
    return {} if world.entity.boards else None


_DEPARTMENT = "admin/departments/<int:department_id>/"
_ACCOUNT = "admin/accounts/<int:user_id>/"
_RECORD, _RUN = "<slug:slug>/<int:record_id>/", "<slug:slug>/import/<int:run_id>/"
RULES: dict[str, Rule] = {
    "": Rule("person"),
    "_home/<slug:code>/": Rule("person", parts=lambda world: {"code": tiles.of(world.cast.owner)[0].code}),
    "_search/": Rule("person", query="?q=Zanzibar"),
    "_counts/": Rule("person"),
    "_pick/regions/": Rule("person", query="?q=Hang"),
    "jobs/": Rule("person"),
    "petitions/": Rule("person"),
    "petitions/new/<slug:slug>/": Rule("person", parts=lambda world: {"slug": "customers"}),
    "settings/": Rule("person", post=empty),
    "settings/password/": Rule("person", post=empty),
    "settings/theme/": Rule("person", get=False, post=lambda world: {"theme": "dark"}),
    "settings/rail/": Rule("person", get=False, post=lambda world: {"rail": "narrow"}),
    "admin/": Rule("admin"),
    "admin/access/": Rule("admin"),
    "admin/access/export/": Rule("admin"),
    "admin/access/<int:role_id>/<slug:slug>/": Rule("admin", post=lambda world: {"action": "export", "scope": "none"}, parts=sellers),
    "admin/roles/new/": Rule("admin", post=lambda world: {"name": "Newly made"}),
    "admin/roles/compare/": Rule("admin"),
    "admin/roles/<int:role_id>/": Rule("admin", post=lambda world: {"name": "Renamed"}, parts=sellers),
    "admin/roles/<int:role_id>/assign/": Rule("admin", get=False, post=lambda world: {"user": world.cast.stranger.id}, parts=sellers),
    "admin/roles/<int:role_id>/revoke/": Rule("admin", get=False, post=lambda world: {"user": world.cast.stranger.id}, parts=sellers),
    "admin/roles/<int:role_id>/close/": Rule("admin", get=False, post=empty, parts=sellers),
    "admin/departments/": Rule("admin"),
    "admin/departments/new/": Rule("admin", post=lambda world: {"name": "Newly made"}),
    _DEPARTMENT: Rule("admin", get=False, post=lambda world: {"name": "Renamed"}, parts=branch),
    _DEPARTMENT + "place/": Rule("admin", get=False, post=empty, parts=branch),
    _DEPARTMENT + "merge/": Rule("admin", get=False, post=into_east, parts=branch),
    _DEPARTMENT + "close/": Rule("admin", get=False, post=lambda world: {"active": "1"}, parts=branch),
    "admin/accounts/": Rule("admin"),
    "admin/accounts/new/": Rule("admin", post=lambda world: {"step": "1", "then": "continue", "name": "Newly made", "login": "newly"}),
    "admin/accounts/suggest/": Rule("admin", query="?name=Newly"),
    "admin/accounts/batch/": Rule("admin"),
    "admin/accounts/ceiling/": Rule("admin", get=False, post=lambda world: {"ceiling": "1000"}),
    _ACCOUNT: Rule("admin", parts=mate),
    _ACCOUNT + "lock/": Rule("admin", get=False, post=empty, parts=mate),
    _ACCOUNT + "leave/": Rule("admin", get=False, post=empty, parts=mate),
    _ACCOUNT + "roles/": Rule("admin", get=False, post=lambda world: {"like": world.cast.director.id}, parts=mate),
    _ACCOUNT + "reset/": Rule("admin", get=False, post=empty, parts=mate),
    "admin/why/": Rule("admin", query="?q="),
    "admin/arrivals/": Rule("admin"),
    "admin/arrivals/export/": Rule("admin"),
    "admin/trail/": Rule("admin"),
    "admin/trail/export/": Rule("admin"),
    "_pick/<slug:slug>/": Rule("list", query="?q=Zanzibar"),
    "<slug:slug>/": Rule("list"),
    "<slug:slug>/new/": Rule("list", post=creation),
    "<slug:slug>/_similar/": Rule("list", query="?field=remark&value=Zanzibar"),
    "<slug:slug>/_counts/": Rule("list"),
    "<slug:slug>/_exact/": Rule("list"),
    "<slug:slug>/_panel/filter/": Rule("list"),
    "<slug:slug>/_panel/columns/": Rule("list"),
    "<slug:slug>/_column/": Rule("list", parts=board, query="?layout=board&code=contact&column=contact"),
    "<slug:slug>/_bin/": Rule("list"),
    "<slug:slug>/_views/": Rule("list", post=view),
    "<slug:slug>/_columns/": Rule("list", get=False, post=columns),
    "<slug:slug>/_widths/": Rule("list", get=False, post=lambda world: {"widths": "{}"}),
    "<slug:slug>/import/": Rule("list"),
    "<slug:slug>/import/template/": Rule("list"),
    "<slug:slug>/export/": Rule("list", post=export),
    "<slug:slug>/_transfer/": Rule("bulk", post=handover),
    "<slug:slug>/_share/": Rule("bulk", post=opening),
    "<slug:slug>/_bulk/": Rule("bulk", post=set_title),
    "<slug:slug>/_delete/": Rule("bulk", get=False, post=ids),
    "<slug:slug>/_bin/restore/": Rule("bulk", get=False, post=binned),
    "<slug:slug>/_do/<slug:code>/": Rule("bulk", post=handed_back, parts=deed),
    "<slug:slug>/_forecast/": Rule("list", parts=only_pools),
    "<slug:slug>/_recycle/": Rule("list", get=False, post=empty, parts=only_pools),
    "<slug:slug>/_move/": Rule("record", get=False, post=move, parts=board),
    _RECORD: Rule("record"),
    _RECORD + "_history/": Rule("record"),
    _RECORD + "_why/": Rule("record"),
    _RECORD + "_participants/": Rule("record"),
    _RECORD + "_participants/<int:share_id>/remove/": Rule("record", get=False, post=empty, looking=True),
    _RECORD + "_related/<slug:code>/": Rule("record", parts=related),
    _RECORD + "_timeline/": Rule("record"),
    _RECORD + "_files/": Rule("record", post=upload),
    _RECORD + "_compose/": Rule("record", get=False, post=said, looking=True),
    _RECORD + "_comment/": Rule("record", get=False, post=said, looking=True),
    _RECORD + "_reveal/<slug:key>/": Rule("record", get=False, post=empty, parts=phone, looking=True),
    _RECORD + "_stage/<slug:code>/": Rule("record", get=False, post=empty, parts=stage),
    _RECORD + "_action/<slug:code>/": Rule("record", post=empty, parts=action),
    _RECORD + "_field/<slug:key>/": Rule("record", post=new_title, parts=lambda world: {"key": world.entity.title}),
    _RECORD + "edit/": Rule("record", post=new_title),
    _RECORD + "delete/": Rule("record", get=False, post=empty),
    "_files/<int:file_id>/": Rule("record"),
    "_files/<int:file_id>/delete/": Rule("record", get=False, post=empty),
    "_files/<int:file_id>/restore/": Rule("record", get=False, post=empty, parts=lambda world: {"file_id": world.ids["removed_id"]}),
    "_comments/<int:comment_id>/form/": Rule("own"),
    "_comments/<int:comment_id>/": Rule("own", get=False, post=said),
    "_comments/<int:comment_id>/remove/": Rule("own", get=False, post=empty),
    "_comments/<int:comment_id>/restore/": Rule("own", get=False, post=empty, parts=lambda world: {"comment_id": world.ids["unsaid_id"]}),
    "_undo/<int:record_id>/<int:version>/": Rule("own", get=False, post=empty, parts=stamp),
    "_undo/<uuid:write_id>/": Rule("own", get=False, post=empty, parts=stamp),
    "petitions/<int:number>/withdraw/": Rule("own", get=False, post=empty, parts=lambda world: {"number": world.ids["petition_id"]}),
    # By who may hand the record over: see tests/surfaces/test_petitions.py.
    "petitions/<int:number>/decide/": Rule("own", get=False, post=empty, parts=lambda world: None),
    # The job works within the grant to hand over: see tests/surfaces/test_handover.py.
    "handover/": Rule("own", get=False, post=empty, parts=lambda world: None),
    "handover/<int:job_id>/back/": Rule("own", get=False, post=empty, parts=lambda world: None),
    "jobs/<int:job_id>/": Rule("own"),
    "jobs/<int:job_id>/cancel/": Rule("own", get=False, post=empty),
    "jobs/<int:job_id>/result/": Rule("own"),
    "<slug:slug>/_views/<int:view_id>/": Rule("own", post=view),
    "<slug:slug>/_views/<int:view_id>/remove/": Rule("own", get=False, post=empty),
    **{_RUN + step: Rule("own") for step in ("", "look/", "errors/")},
    **{_RUN + step: Rule("own", get=False, post=empty) for step in ("sheet/", "plan/", "words/", "commit/", "cancel/", "undo/")},
}
#: Addresses that answer people who are not signed in, and why.
OPEN = {
    "login/": "one has to come in somehow",
    "logout/": "leaving twice does no harm",
    "settings/language/": "the login page has a language too",
}
#: Guarded by tokens, see tests/api.
API = "^api"
