"""Erasure by law: what says who a person is goes out of a record, its history, its search entry, its comments, files and drafts.

What is kept, because others need it and it names nobody any more: that there was somebody, to which customer he belonged, when
something changed and by whom. Personal Information Protection Law of the PRC, article 47 (erasure), articles 45 and 50 (requests).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils.translation import gettext as _

from guanxi.kernel import attachments, clock
from guanxi.kernel.actor import Actor
from guanxi.kernel.draft import Draft, Hold
from guanxi.kernel.entity import Entity
from guanxi.kernel.models import Attachment, Comment
from guanxi.kernel.registry import registry
from guanxi.kernel.write import after, clean, review
from guanxi.kernel.write.errors import Forbidden, Invalidated
from guanxi.kernel.write.single import locked
from guanxi.kernel.write.unit import Unit, unit

LONGEST = 500
#: Who else keeps values of records: each empties what it has of one.
FURTHER: list[Callable[[Entity, int], None]] = []


def forget(record: tuple[Entity, int], reason: str, *, actor: Actor, door: str) -> None:
    """Erase a person. It cannot be taken back. Raises NotFound, Forbidden, or Invalidated under the key `reason`."""
    entity, record_id = record
    reason = reason.replace("\x00", "").strip()
    if not reason or len(reason) > LONGEST:
        raise Invalidated({"reason": _("Say why, in at most %(most)d characters: who asked for it, and when.") % {"most": LONGEST}})
    with unit(actor, door, verb="forget") as u:
        row = locked(entity, record_id, actor=actor, action="forget")
        if review.bound(entity, "forget", actor, [record_id]):
            raise Forbidden(_("What you change waits for somebody's agreement, and an erasure cannot wait. Ask who may erase at once."))
        for each in (row, *_merged(entity, record_id)):
            _erase(u, entity, each, reason)


def _merged(entity: Entity, record: int) -> list[Any]:
    """Whatever became part of a record is the same person: it lies in the recycle bin and goes with him."""
    found: list[Any] = []
    ids = {record}
    while ids:
        rows = list(entity.objects.select_for_update().filter(deleted_at__isnull=False, merged_into__in=ids).order_by("id"))
        found += rows
        ids = {row.id for row in rows}
    return found


def _erase(u: Unit, entity: Entity, row: Any, reason: str) -> None:
    changed = clean.assign(entity, row, _emptied(entity, row.id))
    clean.stamp(entity, row)
    clean.derive(entity, row)
    row.version += 1
    row.updated_at = clock.now()
    row.save()
    after.save_links(entity, row, changed)
    after.index(entity, [row], changed)
    _leave_nothing(entity, row.id, u.actor)
    after.announce(u, entity, [row.id], "forgotten")
    with connection.cursor() as cursor:  # out of the history, and into the log
        cursor.execute("SELECT guanxi_forget(%s, %s, %s)", [entity.key, row.id, reason])


def _emptied(entity: Entity, record: int) -> dict[str, Any]:
    values: dict[str, Any] = {key: entity.fields[key].kind.blank for key in entity.personal}
    values[entity.title] = _("Erased person %(number)s") % {"number": record}
    return values


def _leave_nothing(entity: Entity, record: int, actor: Actor) -> None:
    Comment.objects.filter(entity=entity.key, record=record).update(body="", earlier=[], deleted_at=clock.now())
    files = Attachment.objects.filter(entity=entity.key, record=record)
    contents = dict(files.exclude(path="").values_list("path", "digest"))
    files.update(name=_("Erased file"), path="", digest="", deleted_at=clock.now())
    needed = set(Attachment.objects.filter(path__in=contents).values_list("path", flat=True))
    gone = {place for path, digest in contents.items() if path not in needed for place in (path, attachments.small(digest))}
    transaction.on_commit(lambda: _remove(gone))
    for draft in Draft.objects.select_for_update().filter(entity=entity.key, record=record):
        _empty(draft, entity, actor)
    for empty in FURTHER:
        empty(entity, record)


def _empty(draft: Draft, entity: Entity, actor: Actor) -> None:
    """A draft keeps that it was; one that still waits goes back to its author."""
    if draft.state == "waiting":
        Hold.objects.filter(draft=draft.number).delete()
        draft.state, draft.decided_by, draft.decided_at = "stale", actor.id, clock.now()
    draft.values = {k: v for k, v in draft.values.items() if k not in entity.personal}
    draft.former = {k: v for k, v in draft.former.items() if k not in entity.personal}
    draft.title, draft.tokens, draft.reason, draft.note = "", [], "", ""
    draft.save()


def _remove(paths: set[str]) -> None:
    for path in paths:
        default_storage.delete(path)


def install() -> None:
    """Tell the database which columns identify a person: no others ever leave the history."""
    cases = "".join(f" WHEN {_quoted(e.key)} THEN ARRAY[{', '.join(map(_quoted, _columns(e)))}]" for e in registry if e.personal)
    body = f"SELECT CASE one{cases} END" if cases else "SELECT NULL::text[]"
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE OR REPLACE FUNCTION guanxi_personal(one text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $guanxi$ {body} $guanxi$"
        )


def _columns(entity: Entity) -> Sequence[str]:
    derived = [name for name in entity.derived if name.rsplit("_", 1)[0] in entity.personal]
    return [*(str(entity.fields[key].column.path or key) for key in entity.personal), *derived]


def _quoted(word: str) -> str:
    """A name out of a declaration as an SQL string."""
    return "'" + word.replace("'", "''") + "'"


__all__ = ["forget", "install"]
