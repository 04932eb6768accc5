"""What happened to a record, newest first: what was written about it, comments, files and changes, mixed by time.

Each source is asked once for a window before an instant, so that a page costs the same however long the story is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from markupsafe import Markup, escape

from guanxi.kernel import directory, drafts, history, plan, pooled, statement
from guanxi.kernel.access import AnyOf
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Reader
from guanxi.kernel.history import Change
from guanxi.kernel.models import Attachment, Comment
from guanxi.kernel.registry import registry
from guanxi.kernel.statement import Slot

WINDOW = 20

VERBS = {
    "create": (gettext_lazy("created"), "plus"),
    "update": (gettext_lazy("changed"), "pencil"),
    "delete": (gettext_lazy("moved to the recycle bin"), "trash"),
    "restore": (gettext_lazy("restored"), "restore"),
    "transfer": (gettext_lazy("handed over"), "arrows-right-left"),
    "share": (gettext_lazy("opened to others"), "share"),
    "unshare": (gettext_lazy("closed to others"), "lock"),
    "forget": (gettext_lazy("erased the person"), "user-x"),
    "undo": (gettext_lazy("took back"), "arrow-back-up"),
    "merge": (gettext_lazy("merged"), "git-merge"),
    "claim": (gettext_lazy("claimed from the pool"), "hand-grab"),
    "assign": (gettext_lazy("gave out of the pool"), "user-plus"),
    "release": (gettext_lazy("handed back to the pool"), "ripple"),
    "recycle": (gettext_lazy("fell into the pool by rule"), "ripple"),
    "moved": (gettext_lazy("moved to another department"), "sitemap"),
    "planned": (gettext_lazy("planned the next follow-up"), "calendar-due"),
}
DOORS = {
    "action": gettext_lazy("action button"),
    "administration": gettext_lazy("administration"),
    "api": gettext_lazy("API"),
    "bin": gettext_lazy("recycle bin"),
    "board": gettext_lazy("board"),
    "bulk": gettext_lazy("many at once"),
    "calendar": gettext_lazy("calendar"),
    "cell": gettext_lazy("edited in place"),
    "collect": gettext_lazy("collection form"),
    "clock": gettext_lazy("press of coming and leaving"),
    "demo": gettext_lazy("demo company"),
    "erasure": gettext_lazy("erasure"),
    "message": gettext_lazy("message that was sent"),
    "files": gettext_lazy("files"),
    "form": gettext_lazy("form"),
    "handover": gettext_lazy("handover"),
    "import": gettext_lazy("import"),
    "install": gettext_lazy("installation"),
    "merge": gettext_lazy("side by side"),
    "path": gettext_lazy("stage path"),
    "petition": gettext_lazy("request granted"),
    "review": gettext_lazy("after review"),
    "rule": gettext_lazy("rule"),
    "share": gettext_lazy("participants"),
    "single": gettext_lazy("single sign-on"),
    "timeline": gettext_lazy("timeline"),
    "undo": gettext_lazy("undo"),
    "web": gettext_lazy("web page"),
}


@dataclass
class Entry:
    """One thing that happened, ready to be drawn."""

    at: datetime
    kind: str
    icon: str
    head: str
    who: str
    tone: str = ""
    text: str = ""
    url: str = ""
    facts: list[tuple[str, Markup]] = field(default_factory=list)
    lines: list[tuple[str, str, str]] = field(default_factory=list)
    files: list[Attachment] = field(default_factory=list)
    id: int = 0
    mine: bool = False
    edited: bool = False


@dataclass(frozen=True)
class Page:
    """Entries and the instant before which the next ones lie; None at the end."""

    entries: list[Entry]
    before: datetime | None


def read(entity: Entity, record: Any, reader: Reader, *, before: datetime | None = None, window: int = WINDOW) -> Page:
    """One page of the story. The caller has checked that the record may be seen."""
    ask = window + 5
    told = [e for child in telling(entity, reader.actor) for e in written(entity, child, record, reader, before, ask)]
    untold = pooled.untold(reader.actor)
    attached = [] if untold else files(record, [e.id for e in told], reader.actor, before, ask)
    for entry in told:
        entry.files = [row for row in attached if row.record == entry.id]
    own = [row for row in attached if row.record == record.id]
    changes = history.of_record(record.id, limit=ask, before=before)
    said = [] if untold else list(comments(record, reader.actor, before, ask))
    found = [*told, *said, *uploaded(own), *changed(entity, changes, reader)]
    found.sort(key=lambda e: e.at, reverse=True)
    asked = [len(told), len(said), len(own), len(changes)]
    page = found[:window]
    # What happened in one instant stays on one page: the next page starts strictly before it.
    page += [e for e in found[window:] if e.at == page[-1].at]
    more = len(found) > len(page) or any(n >= ask for n in asked)
    return Page(page, page[-1].at if more and page else None)


def telling(entity: Entity, actor: Actor) -> list[Entity]:
    """Entities with a composer that refer to this one and that the actor may view."""
    children = {child.key: child for child, _key in registry.children(entity)}
    return [c for c in children.values() if c.composer and actor.may(c.key, "view")]


def lookups(child: Entity, entity: Entity) -> list[str]:
    """The lookups of `child` that point at `entity`."""
    return [key for key, f in child.fields.items() if f.column.path and getattr(f.kind, "to", "").lower() == entity.key]


def moment(child: Entity) -> str:
    """When an entry happened: the first instant it sorts by, or its creation."""
    return next((k for k in child.sorts if child.fields[k].kind.name == "datetime"), "created_at")


def written(entity: Entity, child: Entity, record: Any, reader: Reader, before: datetime | None, limit: int) -> Iterator[Entry]:
    """What colleagues wrote about the record, as far as the reader may see it."""
    mode, text, due = child.composer
    others = [k for k in child.columns if child.fields[k].kind.name == "lookup" and k not in lookups(child, entity)]
    compiled = plan.compile(child, [mode, text, due, *others], reader.actor)
    when = moment(child)

    def make() -> statement.Statement:
        about = Q()
        for key in lookups(child, entity):
            about |= Q(**{str(child.fields[key].column.path): Slot("record")})
        rows = child.rows(reader.actor).filter(about & _earlier(when, before)).order_by(f"-{when}", "-id")
        return statement.compiled(rows.values_list("id", when, *compiled.paths, "created_by_id")[:limit])

    key = ("told", entity.key, child.key, before is None, limit)
    for row in statement.kept(reader.actor, key, make).run(record=record.id, before=before):
        yield _written(child, compiled, row, reader)


def _earlier(column: str, before: datetime | None) -> Q:
    """What lies before the instant that an older page begins at."""
    return Q() if before is None else Q(**{f"{column}__lt": Slot("before")})


def _written(child: Entity, compiled: plan.Plan, row: tuple[Any, ...], reader: Reader) -> Entry:
    mode, text, _due = child.composer
    entry = Entry(
        row[1], "written", child.icon, str(child.label), directory.person_name(row[-1]), url=f"/{child.slug}/{row[0]}/", id=row[0]
    )
    for bound in compiled.columns:
        value = bound.values(row)[0]
        if bound.masked or value in (None, ""):
            continue
        if bound.field.key == mode:
            item = bound.field.kind.dictionary.by_id(value)  # type: ignore[attr-defined]
            if item is not None:
                entry.head, entry.tone, entry.icon = item.label, item.colour, str(item.extra.get("icon") or entry.icon)
        elif bound.field.key == text:
            entry.text = str(value)
        else:
            # What was planned then is a plain date here: nothing in a story is overdue.
            planned = bound.field.kind.name == "datetime"
            html = escape(bound.field.kind.text(value, reader)) if planned else Markup(bound.html(row, reader))
            if html:
                entry.facts.append((str(bound.field.label), html))
    return entry


def comments(record: Any, actor: Actor, before: datetime | None, limit: int) -> Iterator[Entry]:
    """Remarks."""

    def make() -> Any:
        return Comment.objects.filter(_earlier("created_at", before), record=Slot("record"), deleted_at=None).order_by("-id")[:limit]

    for row in statement.objects(Comment, actor, ("said", before is None, limit), make, record=record.id, before=before):
        who = directory.person_name(row.created_by)
        mine = row.created_by == actor.id
        yield Entry(
            row.created_at, "comment", "message-circle", _("Comment"), who, text=row.body, id=row.pk, mine=mine, edited=bool(row.edited_at)
        )


def files(record: Any, told: Iterable[int], actor: Actor, before: datetime | None, limit: int) -> list[Attachment]:
    """Files of the record in this window, and all of the entries on the page: one query."""

    def make() -> Any:
        own = Q(record=Slot("record")) & _earlier("created_at", before)
        rows = Attachment.objects.filter(own | Q(AnyOf(F("record"), Slot("told"))), deleted_at=None)
        return rows.order_by("-id")[: limit * 4]

    key = ("files", before is None, limit)
    rows = statement.objects(Attachment, actor, key, make, record=record.id, told=list(told), before=before)
    return [row for row in rows if not row.field or actor.right(row.entity, row.field) not in ("hidden", "masked")]


def uploaded(rows: Iterable[Attachment]) -> Iterator[Entry]:
    """Files put straight on the record, those of one moment together."""
    together: dict[tuple[datetime, int | None], Entry] = {}
    for row in rows:
        key = (row.created_at, row.created_by)
        if key not in together:
            together[key] = Entry(row.created_at, "file", "paperclip", _("Files"), directory.person_name(row.created_by))
        together[key].files.append(row)
    yield from together.values()


def changed(entity: Entity, changes: list[Change], reader: Reader) -> Iterator[Entry]:
    """Changes of fields that the reader may see today; the rest is passed over."""
    titles = _titles(entity, changes, reader) | _merged(entity, changes, reader)
    agreed = drafts.approvers([change.request for change in changes])
    for change in changes:
        lines = [] if change.verb == "create" else list(_lines(entity, change, reader, titles))
        if change.verb == "update" and not lines:
            continue
        words, icon = deed(entity, change.verb)
        who = by_whom(change, agreed)
        yield Entry(change.at, "change", icon, words, who, text=change.why(entity, reader), lines=lines)


def by_whom(change: Change, agreed: Mapping[str, int]) -> str:
    """Who made a change, and who agreed to it where it needed that; `agreed` comes from `drafts.approvers`."""
    who = directory.person_name(change.actor) or _("System")
    if change.request not in agreed:
        return who
    return _("%(author)s (agreed to by %(approver)s)") % {"author": who, "approver": directory.person_name(agreed[change.request])}


def deed(entity: Entity, verb: str) -> tuple[str, str]:
    """What was done in words, and its icon."""
    action = entity.action(verb)
    words, icon = VERBS.get(verb, (action.label, action.icon or "bolt") if action else VERBS["update"])
    return str(words), icon


RELATIONAL = ("lookup", "links")


def _lines(entity: Entity, change: Change, reader: Reader, titles: dict[tuple[str, int], str]) -> Iterator[tuple[str, str, str]]:
    by_column = {(f.column.path or f.key): f for f in entity.visible(reader.actor).values()}
    plain = {k: v for k, v in change.diff.items() if k in by_column and by_column[k].kind.name not in RELATIONAL}
    for bound, old, new in replace(change, diff=plain).lines(entity, reader):
        yield str(bound.label), old, new
    for key in change.diff.keys() - plain.keys():
        if words := history.merging(key):
            old, new = (titles.get((key, i), str(_("another record"))) if i else "" for i in change.diff[key])
            yield str(words.label), old, new
            continue
        relation = by_column.get(key)
        if relation is None:
            continue
        if reader.actor.right(entity.key, relation.key) == "masked":
            yield str(relation.label), "****", "****"
            continue
        target = relation.kind.target.key  # type: ignore[attr-defined]
        old, new = ("、".join(t for i in _ids(value) if (t := titles.get((target, i)))) for value in change.diff[key])
        yield str(relation.label), old, new


def _ids(value: Any) -> list[int]:
    return [i for i in (value if isinstance(value, list) else [value]) if isinstance(i, int)]


def _merged(entity: Entity, changes: list[Change], reader: Reader) -> dict[tuple[str, int], str]:
    """Titles of what was merged, by the key of the difference and id; one query, and only where there is any."""
    named = {(key, i) for change in changes for key, pair in change.diff.items() if history.merging(key) for i in pair if i}
    found = history.titles(entity, {i for _key, i in named}, reader) if named else {}
    return {(key, i): found[i] for key, i in named if i in found}


def _titles(entity: Entity, changes: list[Change], reader: Reader) -> dict[tuple[str, int], str]:
    """Titles of all records that the changes name, one query per kind of record instead of one per name."""
    wanted: dict[str, set[int]] = {}
    kinds: dict[str, Any] = {}
    for bound in entity.visible(reader.actor).values():
        if bound.kind.name not in RELATIONAL:
            continue
        target = bound.kind.target.key  # type: ignore[attr-defined]
        for change in changes:
            for value in change.diff.get(bound.column.path or bound.key, ()) if change.verb != "create" else ():
                wanted.setdefault(target, set()).update(_ids(value))
                kinds[target] = bound.kind
    return {(t, i): str(title)[:60] for t, ids in wanted.items() if ids for i, title in kinds[t].titles(ids, reader).items()}


__all__ = ["Entry", "Page", "lookups", "read", "telling"]
