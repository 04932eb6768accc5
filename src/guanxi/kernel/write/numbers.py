"""How automatic numbers are made: administrators choose the parts; what records bear already stays as it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from guanxi.kernel import clock, numbering
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field
from guanxi.kernel.fields.code import NumberKind
from guanxi.kernel.models import Numbering
from guanxi.kernel.numbering import Part, Scheme
from guanxi.kernel.registry import registry
from guanxi.kernel.write import lists
from guanxi.kernel.write.errors import Forbidden, Invalidated
from guanxi.kernel.write.unit import unit

#: Parts of a number, digits of its counter, and letters of one text.
MOST, WIDEST, TEXT = 8, 10, 12


def numbered() -> Iterator[tuple[Entity, Field]]:
    """Every field that is numbered by the system."""
    for entity in registry:
        for field in entity.fields.values():
            if isinstance(field.kind, NumberKind):
                yield entity, field


def read(entity: Entity, field: Field, parts: Sequence[Part], reset: str, *, quick: bool) -> Scheme:
    """A scheme that can never give one number twice. Raises Invalidated."""
    found = tuple((kind, value.strip() if kind == "counter" else value if kind == "text" else "") for kind, value in parts)
    found = tuple(part for part in found if part != ("text", ""))
    kinds = [kind for kind, _value in found]
    if reset not in numbering.RESETS or not set(kinds) <= set(numbering.PARTS) or len(found) > MOST:
        raise Invalidated({"parts": _("A number has at most %(most)d parts.") % {"most": MOST}})
    if kinds.count("counter") != 1:
        raise Invalidated({"parts": _("A number has exactly one counter.")})
    width = next(value for kind, value in found if kind == "counter")
    if not width.isdecimal() or not 1 <= int(width) <= WIDEST:
        raise Invalidated({"parts": _("The counter has between 1 and %(most)d digits.") % {"most": WIDEST}})
    if any(kind == "text" and (len(value) > TEXT or not value.isprintable() or value != value.strip()) for kind, value in found):
        raise Invalidated({"parts": _("A text in a number has at most %(most)d characters and no spaces at its ends.") % {"most": TEXT}})
    if any(not needed & set(kinds) for needed in numbering.RESETS[reset]):
        raise Invalidated(
            {"reset": _("A counter that begins anew needs the year, the month and the day from which it does so in the number.")}
        )
    _apart(found)
    made = Scheme(found, reset, quick)
    if len(numbering.spelled(made, 10**WIDEST - 1, clock.today(), "X" * numbering.CODE)) > numbering.LONGEST:
        raise Invalidated({"parts": _("A number has at most %(most)d characters.") % {"most": numbering.LONGEST}})
    _alone(entity, field, made)
    return made


def _apart(parts: Sequence[Part]) -> None:
    """Figures of the counter must not run into others of no fixed length. Raises Invalidated."""
    at = [kind for kind, _value in parts].index("counter")
    for way in (parts[:at][::-1], parts[at + 1 :]):
        for kind, value in way:
            if kind == "text" and any(not c.isdigit() for c in value):
                break
            if kind == "department":
                raise Invalidated({"parts": _("Put a text such as “-” between the counter and the department.")})


def _alone(entity: Entity, field: Field, made: Scheme) -> None:
    today = clock.today()
    for other, bound in numbered():
        if (other.key, bound.key) != (entity.key, field.key) and numbering.scheme(other, bound).counter(today) == made.counter(today):
            words = {"name": f"{other.label} · {bound.label}"}
            raise Invalidated({"parts": _("“%(name)s” is numbered in this way already. Choose another text.") % words})


def change(entity: Entity, field: Field, made: Scheme, *, actor: Actor) -> None:
    """Number new records in this way from now on. Raises Forbidden."""
    if not lists.may_shape(actor):
        raise Forbidden(_("Only those who look after the company's lists may do this."))
    with unit(actor, lists.DOOR):
        if numbering.scheme(entity, field) != made:
            values = {"parts": [list(part) for part in made.parts], "reset": made.reset, "quick": made.quick}
            Numbering.objects.update_or_create(entity=entity.key, field=field.key, defaults=values)
            numbering.load()
            numbering.catch_up(entity, field)


__all__ = ["MOST", "change", "numbered", "read"]
