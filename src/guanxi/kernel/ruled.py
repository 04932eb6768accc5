"""Rules of fields: what a new record begins with, when a field is asked for at all, and when it has to be filled in.

The rules are conditions of the house's language about the same record. They speak of fields whose values a form holds, so
that the screen can follow while somebody types; the server decides by the same condition. A field that is not asked for
keeps what it holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from guanxi.kernel import clock
from guanxi.kernel.actor import SYSTEM
from guanxi.kernel.condition import predicate, tree
from guanxi.kernel.condition.tree import ConditionError, Group, Node, Related, Test
from guanxi.kernel.fields.base import Field, Invalid, Reader

if TYPE_CHECKING:
    from guanxi.kernel.entity import Entity

#: Kinds whose values a form holds as a rule compares them.
TOLD = (
    "choice", "tags", "boolean", "integer", "decimal", "money", "percent", "rating", "text", "email", "url", "person", "department",
)  # fmt: skip
TODAY = "today"


@dataclass(frozen=True)
class Rule:
    """A field with its conditions; None where there is none, or where it speaks of what is no more."""

    key: str
    field: Field
    shown: Node | None
    asked: Node | None
    #: Fields of which the rules speak: who changes one of them answers for it.
    by: frozenset[str] = frozenset()


def of(entity: Entity) -> dict[str, Rule]:
    """The rules of an entity's fields, read once until its shape changes."""
    kept: dict[str, Rule] | None = entity.__dict__.get("ruled")
    if kept is None:
        kept = {}
        for key, field in entity.fields.items():
            if field.shown_when or field.asked_when:
                nodes = _read(entity, field.shown_when), _read(entity, field.asked_when)
                kept[key] = Rule(key, field, *nodes, frozenset(name for node in nodes if node for name in keys(node)))
        entity.__dict__["ruled"] = kept
    return kept


def _read(entity: Entity, document: Any) -> Node | None:
    if not document:
        return None
    try:
        return parse(entity, document)
    except ConditionError:
        return None


def parse(entity: Entity, document: Any) -> Node:
    """A condition that a form can follow. Raises ConditionError."""
    node = tree.parse(entity, document, SYSTEM)
    for test in _tests(node):
        if isinstance(test, Related) or test.field.kind.name not in TOLD:
            said = test.label if isinstance(test, Related) else test.field.label
            raise ConditionError(_("A rule cannot go by “%(name)s”: use lists, numbers, text, people, yes or no.") % {"name": said})
    return node


def _tests(node: Node) -> list[Test | Related]:
    if isinstance(node, Group):
        return [test for inner in node.nodes for test in _tests(inner)]
    return [node]


def keys(node: Node) -> list[str]:
    """The fields that a condition goes by."""
    return [test.field.key for test in _tests(node) if isinstance(test, Test)]


def shown(rule: Rule, record: Any) -> bool:
    """Whether the field is asked for in a record as it stands."""
    return rule.shown is None or predicate.matches(rule.shown, record, SYSTEM)


def hidden(entity: Entity, record: Any) -> set[str]:
    """The fields that are not asked for in a record as it stands."""
    return {key for key, rule in of(entity).items() if not shown(rule, record)}


def required(entity: Entity, record: Any, changed: set[str], *, creating: bool) -> dict[str, Field]:
    """Empty fields that have to be filled in now, by field key; an update answers for what it changes."""
    rules, found = of(entity), {}
    for key, field in entity.fields.items():
        rule = rules.get(key)
        asked = rule.asked if rule else None
        if not field.required and asked is None:
            continue
        touched = creating or key in changed or (rule is not None and bool(rule.by & changed))
        if not touched or not field.kind.is_blank(field.value(record)):
            continue
        wanted = field.required or (asked is not None and predicate.matches(asked, record, SYSTEM))
        if wanted and rule is not None:
            wanted = shown(rule, record)
        if wanted:
            found[key] = field
    return found


def first(field: Field, reader: Reader) -> Any:
    """What a new record begins with: declared, or what an administrator gave; None where that makes no sense any more."""
    if not field.first:
        return field.default
    try:
        if field.first == TODAY and field.kind.name in ("date", "datetime"):
            return clock.today() if field.kind.name == "date" else clock.now().replace(second=0, microsecond=0)
        if field.first == "me" and field.kind.name == "person":
            return reader.actor.id
        return field.kind.parse(field.first, reader)
    except Invalid:
        return None


def for_screen(entity: Entity, values: Mapping[str, Any], writable: Mapping[str, Field], reader: Reader) -> dict[str, dict[str, Any]]:
    """By field key what a script needs to follow the rules: `shown` and `asked` as trees of primitive tests.

    What a rule says of a field that stands in no control here is decided now, by the values at hand.
    """
    found: dict[str, dict[str, Any]] = {}
    for key, rule in of(entity).items():
        if key in writable:
            nodes = {"shown": rule.shown, "asked": rule.asked}
            found[key] = {word: _spelt(node, values, writable, reader) for word, node in nodes.items() if node is not None}
    return found


def _spelt(node: Node, values: Mapping[str, Any], writable: Mapping[str, Field], reader: Reader) -> Any:
    if isinstance(node, Group):
        return [node.word, *(_spelt(inner, values, writable, reader) for inner in node.nodes)]
    assert isinstance(node, Test)
    field, primitive = node.field, node.primitive
    if field.key not in writable:
        held = predicate.holds(primitive, values.get(field.key, field.kind.blank), blank=field.kind.is_blank)
        return ["and"] if held != primitive.negate else ["not", ["and"]]
    numeric = field.kind.stored in ("number", "integer") and field.kind.foot != ""
    return ["test", field.key, primitive.form, _sent(field, primitive.args, reader), primitive.negate, numeric]


def _sent(field: Field, args: Any, reader: Reader) -> Any:
    """Operands as the controls of a form spell them."""
    if isinstance(args, list | tuple | set | frozenset):
        return [_sent(field, each, reader) for each in args]
    if args is None or isinstance(args, bool):
        return "1" if args is True else "0" if args is False else None
    if field.kind.stored == "list":
        return field.kind.typed([args], reader)
    return args if isinstance(args, str) else field.kind.typed(args, reader)


__all__ = ["Rule", "first", "for_screen", "hidden", "keys", "of", "parse", "required", "shown"]
