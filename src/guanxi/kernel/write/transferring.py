"""Records change hands: to another owner, with what lies below them and the reason that is told."""

from __future__ import annotations

from collections.abc import Sequence

from guanxi.kernel import attached
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Invalid, Reader
from guanxi.kernel.write.errors import Invalidated
from guanxi.kernel.write.many import Outcome, update_many
from guanxi.kernel.write.unit import unit

#: Letters of a reason.
LONGEST = 200


def reason_of(text: str) -> str:
    """What somebody gave as the reason, as it is kept: in one line, and not without end."""
    return " ".join(text.replace("\x00", "").split())[:LONGEST]


def transfer(entity: Entity, ids: Sequence[int], owner: int, *, actor: Actor, door: str, reason: str = "") -> Outcome:
    """Give records to another owner; their children follow. The reason stands in the history and is told to the new owner."""
    try:
        entity.fields["owner"].kind.parse(owner, Reader(actor))
    except Invalid as error:
        raise Invalidated({"owner": str(error)}) from None
    with unit(actor, door, verb="transfer", why=reason_of(reason)):
        return update_many(entity, {i: {"owner": owner} for i in ids}, actor=actor, door=door, verb="transfer", action="transfer")


def transfer_with(
    entity: Entity, ids: Sequence[int], owner: int, along: Sequence[Entity], *, actor: Actor, door: str, reason: str = ""
) -> Outcome:
    """The same, taking along what refers to the records and belongs to whoever they belong to, of these entities; one write.

    Only with a record that does change hands: what waits for review, or is refused, keeps what belongs to it.
    """
    with unit(actor, door, verb="transfer", why=reason_of(reason)):
        lookups = {other: keys for other, keys in attached.beside(entity).items() if other in along and actor.may(other.key, "transfer")}
        found = {other: _referring(entity, other, keys, ids, actor) for other, keys in lookups.items()}
        outcome = transfer(entity, ids, owner, actor=actor, door=door)
        for other, rows in found.items():
            if going := [record for record, *above in rows if outcome.written.keys() & set(above)]:
                outcome.along[other] = transfer(other, going, owner, actor=actor, door=door)
    return outcome


def _referring(entity: Entity, other: Entity, keys: Sequence[str], ids: Sequence[int], actor: Actor) -> list[tuple[int, ...]]:
    """Of each record that may come along its id, and the ids of those that it refers to."""
    named = [other.fields[key].column.expression() for key in keys]
    return list(attached.same_owner(entity, other, ids, actor).values_list("id", *named))


__all__ = ["LONGEST", "reason_of", "transfer", "transfer_with"]
