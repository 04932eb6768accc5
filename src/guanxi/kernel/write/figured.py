"""What administrators say of figures of other records: of which, how they are counted, and which of them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from guanxi.kernel import custom, figures
from guanxi.kernel.actor import Actor
from guanxi.kernel.condition import tree
from guanxi.kernel.entity import Entity
from guanxi.kernel.models import CustomField
from guanxi.kernel.registry import registry
from guanxi.kernel.write import rolling
from guanxi.kernel.write.errors import Invalidated


def narrow(row: CustomField, typed: str, actor: Actor) -> None:
    """Another condition for what a figure counts."""
    where = _counted(registry.get(row.options["child"]), typed)
    if where != row.options.get("where", []):
        CustomField.objects.filter(pk=row.pk).update(options={**row.options, "where": where})
        custom.load()
        rolling.later(row, actor=actor)


def _counted(child: Entity, typed: str) -> list[Any]:
    try:
        document = tree.read("[]" if typed.strip() in ("", "null") else typed)
        if document:
            figures.condition(child, document)
    except tree.ConditionError as error:
        raise Invalidated({"where": _("A figure cannot be counted by this: %(why)s") % {"why": error}}) from None
    return document


def of(entity: Entity, rolls: str, how: str, of: str, where: str) -> dict[str, Any]:
    """What a figure has to know: of which records (`child/lookup`), how and of which field (`child/field`) it is counted, and its condition
    as JSON text. Raises Invalidated."""
    chosen = {f"{child.key}/{key}": (child, key) for child, key in figures.children(entity)}.get(rolls)
    if chosen is None or how not in figures.OF:
        raise Invalidated({"rolls": _("Choose of which records, and what is counted.")})
    child, via = chosen
    key = of.rpartition("/")[2] if how != "count" else ""
    field = figures.askable(child, how).get(key) if key else None
    if how != "count" and (field is None or not of.startswith(f"{child.key}/")):
        raise Invalidated({"of": _("Choose a field of those records of which this can be asked.")})
    document = _counted(child, where)
    return {"child": child.key, "via": via, "how": how, "of": key, "where": document, **figures.shape(how, field)}


__all__ = ["narrow", "of"]
