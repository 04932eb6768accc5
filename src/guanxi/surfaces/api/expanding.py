"""`expand`: the records that a page names, written into its references as this reader has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from guanxi.kernel.actor import Actor
from guanxi.kernel.condition.tree import ConditionError
from guanxi.kernel.entity import Entity
from guanxi.surfaces.api.problems import Problem
from guanxi.surfaces.api.values import Shape

#: Fields that are expanded at once, and documents whose references are looked up by one query for each of these.
MOST, BATCH = 5, 200

Document = dict[str, Any]


def wanted(request: HttpRequest, entity: Entity, actor: Actor, fields: list[str] | None) -> dict[str, Entity]:
    """The entity behind each field of `?expand=customer,contact`.

    Raises ConditionError for what is unknown or hidden, Problem 400 for what names no records, is left out of `fields`, or is too much.
    """
    asked = list(dict.fromkeys(key for key in request.GET.get("expand", "").split(",") if key))
    if len(asked) > MOST:
        raise Problem(400, _("Expand at most %(most)d fields at once.") % {"most": MOST})
    visible = entity.visible(actor)
    found = {}
    for key in asked:
        if key not in visible:
            raise ConditionError(_("There is no field “%(name)s”.") % {"name": key})
        target = getattr(visible[key].kind, "target", None)
        if not isinstance(target, Entity) or (fields is not None and key not in fields):
            raise Problem(400, _("“%(name)s” cannot be expanded: name a field of the answer that refers to records.") % {"name": key})
        found[key] = target
    return found


def along(documents: Iterable[Document], expand: dict[str, Entity], actor: Actor) -> Iterator[Document]:
    """The documents with `record` in each of these references: as this reader has it, null where he may not see it."""
    shapes = {key: Shape(target, actor) for key, target in expand.items()}
    coming = iter(documents)
    while some := list(islice(coming, BATCH)):
        for key, shape in shapes.items():
            references = [each for document in some for each in _references(document.get(key))]
            records = shape.some({each["id"] for each in references})
            for each in references:
                each["record"] = records.get(each["id"])
        yield from some


def _references(value: Any) -> list[Document]:
    """One, several or none; what is masked is a text."""
    return [value] if isinstance(value, dict) else value if isinstance(value, list) else []


__all__ = ["along", "wanted"]
