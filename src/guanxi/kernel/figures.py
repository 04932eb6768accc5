"""Own fields that are figures of other records: what an administrator may ask for, and to whom they are closed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from guanxi.kernel import reckoned
from guanxi.kernel.actor import SYSTEM, Arm, Right
from guanxi.kernel.condition import tree
from guanxi.kernel.condition.tree import ConditionError, Group, Node, Related
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field
from guanxi.kernel.fields.rollup import RollUp
from guanxi.kernel.models import CustomField
from guanxi.kernel.registry import registry
from guanxi.kernel.write.following import Move

#: By what is asked, the kinds of field that it can be asked of; a count asks of none.
NUMBERS = ("integer", "decimal", "money", "percent", "duration")
ORDERED = (*NUMBERS, "rating", "date", "datetime")
OF: Mapping[str, tuple[str, ...]] = {
    "count": (), "sum": NUMBERS, "min": ORDERED, "max": ORDERED, "latest": (*ORDERED, "text", "choice", "boolean"),
}  # fmt: skip


def children(entity: Entity) -> list[tuple[Entity, str]]:
    """(child, its lookup) of whatever refers to records of an entity; of a lookup that administrators added, the index is built with the figure."""
    return [
        (child, key)
        for child in registry
        for key, field in child.fields.items()
        if field.kind.name == "lookup" and field.kind.target is entity  # type: ignore[attr-defined]
    ]


def askable(child: Entity, how: str) -> dict[str, Field]:
    """The fields of a child of which this can be asked: those that people write."""
    return {key: f for key, f in child.fields.items() if f.kind.name in OF.get(how, ()) and not f.computed}


def shape(how: str, field: Field | None) -> dict[str, Any]:
    """The type of a figure, as the definition of its field keeps it."""
    if field is None:
        return {"type": "integer", "shape": {}}
    kind: Any = field.kind
    names = {"decimal": ("places",), "percent": ("places",), "text": ("max_length",)}.get(kind.name, ())
    told = {name: getattr(kind, name) for name in names}
    return {"type": kind.name, "shape": {**told, **({"dictionary": kind.dictionary.code} if kind.name == "choice" else {})}}


def condition(child: Entity, document: list[Any]) -> None:
    """Raises ConditionError for one that could come true or false without a write of the child."""
    node = tree.parse(child, document, SYSTEM)
    for test in _tests(node):
        raw = test.raw if isinstance(test.raw, list) else [test.raw]
        moving = test.field.kind.name in ("date", "datetime") and test.op not in ("empty", "not_empty")
        if moving and not all(_day(each) for each in raw):
            raise ConditionError(str(test.field.label))


def _tests(node: Node) -> list[Any]:
    if isinstance(node, Group):
        return [test for inner in node.nodes for test in _tests(inner)]
    if isinstance(node, Related):
        raise ConditionError(node.label)
    return [node]


def _day(raw: Any) -> bool:
    try:
        return bool(date.fromisoformat(str(raw)[:10]))
    except ValueError:
        return False


def closed(
    rights: Mapping[tuple[str, str], Right],
    grants: Mapping[tuple[str, str], Collection[Arm]],
    spoken: Collection[tuple[str, str]],
    within: Collection[int] | None,
) -> dict[tuple[str, str], Right]:
    """Field rights with those of figures and formulas. A figure is hidden from who may not see all of what it is about, unless a role of
    his says otherwise, and from whom any field is closed that it is about, is narrowed by or is counted along. To a member of a company,
    with the departments `within` it, all is no more than what lies there: of that are surely only the parts of a record that he sees."""
    found: dict[tuple[str, str], Right] = dict(rights)
    own = [(entity.key, rollup, registry.by_model_label(rollup.child)) for entity in registry for rollup in entity.figures if rollup.own]
    before = None
    while found != before:  # one may be narrowed by a formula or a figure of the child
        before, found = found, reckoned.closed(found)
        for key, rollup, child in own:
            whole = bool({"all", "company"} & set(grants.get((child.key, "view"), ()))) and (within is None or child.parent == rollup.via)
            unsaid = not whole and (key, rollup.field) not in spoken
            if unsaid or any(found.get((child.key, each)) in ("hidden", "masked") for each in _read(rollup)):
                found[key, rollup.field] = "hidden"
    return found


def _read(rollup: RollUp) -> set[str]:
    """The fields of a child from which a figure follows."""
    return {rollup.of, rollup.via, *_keys(rollup.where or [])}


def _keys(document: list[Any]) -> set[str]:
    """The fields that a kept condition compares."""
    if not document:
        return set()
    if document[0] in ("and", "or", "not"):
        return {key for part in document[1:] for key in _keys(part)}
    return {str(document[0])}


def readers(row: CustomField) -> list[CustomField]:
    """Figures that are about a field, are counted along it, or whose condition names it."""
    move = Move(_field(row), None, lambda value: value)
    kept = CustomField.objects.filter(kind="rollup", active=True).exclude(pk=row.pk)
    named = f"f{row.pk}"
    return [
        each for each in kept if named in (each.options.get("of"), each.options.get("via")) or move.names(each.options.get("where") or [])
    ]


def along(row: CustomField) -> list[CustomField]:
    """Figures that are counted along an own lookup."""
    return list(CustomField.objects.filter(kind="rollup", active=True, options__via=f"f{row.pk}"))


def _field(row: CustomField) -> Field:
    from guanxi.kernel import custom

    return custom.field_of(row)


__all__ = ["OF", "along", "askable", "children", "closed", "condition", "readers", "shape"]
