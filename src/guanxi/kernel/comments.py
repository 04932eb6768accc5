"""Remarks on a record, for colleagues: whoever may view the record may write one, only its author changes it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from guanxi.kernel import clock, directory, notices
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.models import Comment
from guanxi.kernel.registry import registry
from guanxi.kernel.write import after
from guanxi.kernel.write.errors import Forbidden, Invalidated, NotFound
from guanxi.kernel.write.unit import unit

LONGEST = 5_000
#: Former wordings that are kept of one remark.
MOST_EARLIER = 20


def add(entity: Entity, record: int, body: str, *, actor: Actor) -> Comment:
    """Write a remark. Raises NotFound for who may not view the record, Invalidated for an empty one."""
    text = _text(body)
    with unit(actor, "comment") as u:
        if not entity.rows(actor).filter(id=record).exists():
            raise NotFound()
        comment = Comment.objects.create(entity=entity.key, record=record, body=text, created_by=actor.id, created_at=clock.now())
        u.refer(entity.key, [record])
        after.announce(u, entity, [record], "commented", {"comment": comment.pk})
        notices.call(entity, record, notices.mentioned(text, actor), comment.pk, actor=actor)
    return comment


def unreached(entity: Entity, record: int, body: str, actor: Actor) -> list[str]:
    """Names of those whom a remark mentions in vain: they may not see the record."""
    called = notices.mentioned(body, actor)
    return [directory.person_name(person) for person in called if not notices.sees(entity, record, person)]


def edit(comment: int, body: str, *, actor: Actor) -> Comment:
    """Change one's own remark; what it said before is kept."""
    text = _text(body)
    with unit(actor, "comment"):
        row = _own(comment, actor)
        before = row.body
        if text == before:
            return row
        row.body, row.edited_at = text, clock.now()
        row.earlier = [*row.earlier, [row.edited_at.isoformat(), before]][-MOST_EARLIER:]
        row.save(update_fields=["body", "edited_at", "earlier"])
        called = set(notices.mentioned(text, actor)) - set(notices.mentioned(before, actor))
        notices.call(registry.get(row.entity), row.record, sorted(called), row.pk, actor=actor)
    return row


def remove(comment: int, *, actor: Actor) -> Comment:
    """Take one's own remark away; it stays in the table."""
    with unit(actor, "comment"):
        row = _own(comment, actor)
        row.deleted_at = clock.now()
        row.save(update_fields=["deleted_at"])
    return row


def bring_back(comment: int, *, actor: Actor) -> Comment:
    """Undo `remove`."""
    with unit(actor, "comment"):
        row = _own(comment, actor, removed=True)
        row.deleted_at = None
        row.save(update_fields=["deleted_at"])
    return row


def _own(comment: int, actor: Actor, *, removed: bool = False) -> Comment:
    row = Comment.objects.select_for_update().filter(id=comment, deleted_at__isnull=not removed).first()
    if row is None or not registry.get(row.entity).rows(actor).filter(id=row.record).exists():
        raise NotFound()
    if row.created_by != actor.id:
        raise Forbidden(_("Only the author changes a comment."))
    return row


def _text(body: str) -> str:
    text = body.strip().replace("\x00", "")
    if not text:
        raise Invalidated({"body": _("Write something first.")})
    if len(text) > LONGEST:
        raise Invalidated({"body": _("A comment has at most %(n)d characters.") % {"n": LONGEST}})
    return text


__all__ = ["add", "bring_back", "edit", "remove", "unreached"]
