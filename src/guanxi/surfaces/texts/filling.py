"""A text filled from a record as its reader sees it: once, so that what a value says is never read as a tag."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from guanxi.kernel import clock
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.merge_tags import naming
from guanxi.kernel.merge_tags.naming import Bound, Path, Piece
from guanxi.kernel.merge_tags.values import Samples, Values, paths
from guanxi.kernel.models import AccessLog
from guanxi.surfaces.prints.printing import speaking


@dataclass(frozen=True)
class Filled:
    """What stands in a text for one record; the subject is one line, `parameters` are the values of the body's tags, each tag once."""

    subject: str
    body: str
    parameters: tuple[str, ...] = ()


def fill(entity: Entity, subject: str, body: str, language: str, record: int, actor: Actor) -> Filled:
    """The text with values of this record, or with samples where it is 0. Whole phone numbers in it are on record as revealed."""
    pieces = naming.still(entity, subject), naming.still(entity, body)
    with speaking(language):
        if not record:
            values: Values | Samples = Samples(entity, actor)
        else:
            read = paths(*pieces)
            phones = {path for path in read if _is_phone(entity, path)}
            values = Values(entity, read | {Path(path.via) for path in phones if path.via}, [record], actor)
            _reveal(entity, phones, record, values, actor)
        each = tuple(values.text(record, [piece]) for piece in variables(pieces[1]))
        return Filled(" ".join(values.text(record, pieces[0]).split()), values.text(record, pieces[1]), each)


def variables(pieces: Iterable[Piece]) -> list[Bound]:
    """The tags of a text in the order in which they come first; the same field written in two ways is two."""
    return list(dict.fromkeys(piece for piece in pieces if isinstance(piece, Bound)))


def _is_phone(entity: Entity, path: Path) -> bool:
    field = naming.field_of(entity, path)
    return field is not None and field.kind.name == "phone"


def _reveal(entity: Entity, phones: Iterable[Path], record: int, values: Values, actor: Actor) -> None:
    """The same line as when somebody presses the eye beside a number."""
    for path in sorted(phones, key=str):
        of = naming.steps(entity)[path.via] if path.via else entity
        whose = values.value(record, Path(path.via)).raw if path.via else record
        if values.value(record, path).text and actor.right(of.key, path.key) != "masked":
            AccessLog.objects.create(
                at=clock.now(), actor=actor.id, verb="reveal", entity=of.key, record=whose, data={"field": path.key, "text": True}
            )


__all__ = ["Filled", "fill", "variables"]
