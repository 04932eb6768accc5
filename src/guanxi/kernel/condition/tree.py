"""The condition tree: JSON in, checked nodes out.

`["and", ["level", "in", ["A", "B"]], ["owner", "is", "me"], ["contacts.title", "contains", "采购"]]`. A field that the
actor may not see is as unknown as a misspelt one; a masked field answers only equality.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from django.utils.translation import gettext as _

from guanxi.kernel.actor import Actor
from guanxi.kernel.condition.primitive import Primitive
from guanxi.kernel.fields.base import Field, Invalid, Reader
from guanxi.kernel.registry import registry

if TYPE_CHECKING:
    from guanxi.kernel.entity import Entity

MOST_NODES = 60
MOST_DEPTH = 6
#: Brackets within brackets of a document that somebody sends.
DEEPEST = 40


class ConditionError(ValueError):
    """A condition that cannot be understood, with a message for whoever wrote it."""


@dataclass(frozen=True)
class Test:
    """One comparison of a field of the entity itself."""

    entity: Entity
    field: Field
    op: str
    operand: Any
    raw: Any

    @property
    def primitive(self) -> Primitive:
        """The form both interpreters evaluate; period words resolve now."""
        return self.field.kind.test(self.op, self.operand)


@dataclass(frozen=True)
class Related:
    """A condition on records that the actor may see, reached over `via`; true when any of them matches."""

    entity: Entity
    target: Entity
    via: Field
    forward: bool
    node: Node
    label: str


@dataclass(frozen=True)
class Group:
    """`and`, `or` (of none: true) or `not` (of one)."""

    word: str
    nodes: tuple[Node, ...]


Node = Test | Related | Group


def read(text: str) -> list[Any]:
    """A condition as an address or form spells it, fit to be kept. Raises ConditionError."""
    try:
        found = json.loads(text, parse_constant=_no_number)
        shallow(found)
    except (ValueError, RecursionError):
        raise ConditionError(_("This filter cannot be read.")) from None
    if not isinstance(found, list) or "\\u0000" in json.dumps(found) or _broken(found):
        raise ConditionError(_("This filter cannot be read."))
    return found


def _no_number(word: str) -> NoReturn:
    raise ValueError(word)


def shallow(document: Any) -> None:
    """Raises ValueError where a document of JSON is nested deeper than anything that means something."""
    level = [document]
    for _depth in range(DEEPEST):
        inner = [item.values() if isinstance(item, dict) else item for item in level if isinstance(item, list | dict)]
        level = [item for items in inner for item in items]
        if not level:
            return
    raise ValueError(_("This filter is too long. Use fewer conditions."))


def parse(entity: Entity, data: Any, actor: Actor) -> Node:
    """Check and resolve a condition. Raises ConditionError."""
    budget = iter(range(MOST_NODES))
    node = _node(entity, data, Reader(actor), budget, 0)
    if _guesses(node, actor) > 1:
        raise ConditionError(_("Compare with a masked field once in a filter: it answers only to whoever knows the whole value."))
    return node


def _guesses(node: Node, actor: Actor) -> int:
    """How many values of masked fields a condition tries: several at once would find one out by halves."""
    match node:
        case Group(_word, nodes):
            return sum(_guesses(n, actor) for n in nodes)
        case Related():
            return _guesses(node.node, actor)
        case Test():
            return int(actor.right(node.entity.key, node.field.key) == "masked")


def lasting(node: Node) -> bool:
    """Whether a parsed condition stays as it is until rights or shapes change: it does where it names no other record."""
    match node:
        case Group(_word, nodes):
            return all(lasting(n) for n in nodes)
        case Related():
            return lasting(node.node)
        case Test():
            return not hasattr(node.field.kind, "target")


def _node(entity: Entity, data: Any, reader: Reader, budget: Iterator[int], depth: int) -> Node:
    if next(budget, None) is None or depth > MOST_DEPTH:
        raise ConditionError(_("This filter is too long. Use fewer conditions."))
    if data in (None, [], ()):
        return Group("and", ())
    if not isinstance(data, (list, tuple)) or not isinstance(data[0], str):
        raise ConditionError(_("This filter cannot be read."))
    if data[0] in ("and", "or", "not") and (len(data) == 1 or isinstance(data[1], (list, tuple))):
        nodes = tuple(_node(entity, item, reader, budget, depth + 1) for item in data[1:])
        if data[0] == "not" and len(nodes) != 1:
            raise ConditionError(_("“not” takes exactly one condition."))
        return Group(data[0], nodes)
    if not 2 <= len(data) <= 3 or not isinstance(data[1], str):
        raise ConditionError(_("This filter cannot be read."))
    return _test(entity, data[0], data[1], data[2] if len(data) == 3 else None, reader, depth)


def _test(entity: Entity, path: str, op: str, raw: Any, reader: Reader, depth: int) -> Node:
    if _broken(raw):
        raise ConditionError(_("This filter cannot be read."))
    head, dot, rest = path.partition(".")
    if dot:
        return _related(entity, head, rest, (op, raw), reader, depth)
    field = entity.visible(reader.actor).get(head)
    if field is None:
        raise ConditionError(_("There is no field “%(name)s”.") % {"name": head})
    masked = reader.actor.right(entity.key, head) == "masked"
    if op not in field.kind.operators or (masked and op != "is"):
        raise ConditionError(_("“%(field)s” cannot be compared by “%(op)s”.") % {"field": field.label, "op": op})
    try:
        return Test(entity, field, op, field.kind.operand(op, raw, reader), raw)
    except Invalid as error:
        raise ConditionError(f"{field.label}: {error}") from None


def _broken(raw: Any) -> bool:
    """JSON can spell halves of characters, which no database takes."""
    try:
        json.dumps(raw, ensure_ascii=False, default=str).encode()
    except (ValueError, RecursionError):
        return True
    return False


def _related(entity: Entity, head: str, rest: str, comparison: Sequence[Any], reader: Reader, depth: int) -> Node:
    if depth >= MOST_DEPTH:
        raise ConditionError(_("This filter is too long. Use fewer conditions."))
    forward = entity.visible(reader.actor).get(head)
    if forward is not None and hasattr(forward.kind, "target"):
        target = forward.kind.target
        node = _test(target, rest, comparison[0], comparison[1], reader, depth + 1)
        return Related(entity, target, forward, True, node, str(forward.label))
    for child, key in registry.children(entity):
        field = child.fields[key]
        if field.extra.get("back") == head and key in child.visible(reader.actor) and reader.actor.may(child.key, "view"):
            node = _test(child, rest, comparison[0], comparison[1], reader, depth + 1)
            return Related(entity, child, field, False, node, str(child.label_plural))
    raise ConditionError(_("There is no field “%(name)s”.") % {"name": head})
