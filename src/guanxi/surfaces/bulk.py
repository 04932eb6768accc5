"""One thing done to many records: the wish, doing it, and a rehearsal that counts exactly and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import OperationalError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.kernel import attached, history, patience, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Label, Reader
from guanxi.kernel.whole import whole

DOOR = "bulk"
#: How many records one request handles at once; more is a job.
AT_ONCE = 2_000
#: What every entity knows, with the words of its job; other verbs are codes of declared actions.
VERBS: dict[str, Label] = {"edit": gettext_lazy("Edit"), "transfer": gettext_lazy("Hand over"), "delete": gettext_lazy("Delete")}


@dataclass(frozen=True)
class Wish:
    """What is to happen to records of the entity at `slug`; `values` are raw, as a form sends them."""

    slug: str
    verb: str
    values: dict[str, Any] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """As a job keeps it."""
        return asdict(self)

    def label(self, entity: Entity) -> str:
        """The verb in words."""
        action = entity.action(self.verb)
        return str(action.label if action is not None and self.verb not in VERBS else VERBS.get(self.verb, self.verb))


def allowed(entity: Entity, verb: str, actor: Actor) -> bool:
    """Whether the actor may do such a thing to any record at all."""
    if verb in VERBS:
        return actor.may(entity.key, verb)
    action = entity.action(verb)
    return action is not None and action.run is not None and actor.may(entity.key, action.grant)


def perform(wish: Wish, entity: Entity, ids: Sequence[int], actor: Actor) -> write.Outcome:
    """Do it. Raises what `write` raises."""
    if wish.verb == "delete":
        return write.delete_many(entity, ids, actor=actor, door=DOOR)
    if wish.verb == "transfer":
        return _transfer(wish, entity, ids, actor)
    if wish.verb == "edit":
        return write.update_many(entity, dict.fromkeys(ids, wish.values), actor=actor, door=DOOR)
    action = entity.action(wish.verb)
    if action is None or action.run is None:
        raise write.NotFound()
    return action.run(entity, ids, wish.values, actor, DOOR)


def _transfer(wish: Wish, entity: Entity, ids: Sequence[int], actor: Actor) -> write.Outcome:
    owner, reason = whole(str(wish.values.get("owner") or "")) or 0, str(wish.values.get("reason") or "")
    along = [other for other in attached.beside(entity) if other.key in wish.values.get("along", ())]
    return write.transfer_with(entity, ids, owner, along, actor=actor, door=DOOR, reason=reason)


def glance(wish: Wish, entity: Entity, ids: Sequence[int], actor: Actor) -> write.Outcome | None:
    """`rehearse` for somebody at a dialogue; None where others are at these records or it takes too long."""
    try:
        with transaction.atomic():
            patience.hardly_wait()
            outcome = rehearse(wish, entity, ids, actor)
            transaction.set_rollback(True)  # the short wait too
            return outcome
    except OperationalError as error:
        if not patience.is_busy(error):
            raise
        return None


def rehearse(wish: Wish, entity: Entity, ids: Sequence[int], actor: Actor) -> write.Outcome:
    """What `perform` would do now, done and taken back in one transaction."""
    with transaction.atomic():
        outcome = perform(wish, entity, ids, actor)
        transaction.set_rollback(True)
    return outcome


def figures(outcome: write.Outcome, *, before: bool = False) -> dict[str, int]:
    """Exact counts by the codes that jobs count by; what is nought is left out, but not that nothing changes."""
    all_of = [outcome, *outcome.along.values()]
    found = {"unchanged": len(outcome.unchanged), "refused": sum(len(o.refused) for o in all_of), "sent": sum(len(o.sent) for o in all_of)}
    along = {other.slug: len(each.written) for other, each in outcome.along.items()}
    return {"will" if before else "done": len(outcome.written), **{k: n for k, n in (along | found).items() if n}}


def refusals(entity: Entity, outcome: write.Outcome, reader: Reader, action: str = "view") -> list[tuple[int, str, str]]:
    """(id, title, reason) of what was refused; without a title where the reader may not `action` the record."""
    if not outcome.refused and not outcome.along:
        return []
    named = history.titles(entity, outcome.refused, reader, action)
    visible = entity.visible(reader.actor)

    def reason(errors: dict[str, str]) -> str:
        return " ".join(f"{visible[k].label}: {m}" if k in visible else m for k, m in errors.items())

    own = [(i, named.get(i, str(_("another record"))), reason(errors)) for i, errors in outcome.refused.items()]
    return own + [line for other, each in outcome.along.items() for line in refusals(other, each, reader, action)]


__all__ = ["AT_ONCE", "DOOR", "VERBS", "Wish", "allowed", "figures", "glance", "perform", "refusals", "rehearse"]
