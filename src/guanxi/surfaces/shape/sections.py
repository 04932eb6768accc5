"""Parts of the shape that have a file each: how such a part is described, and how it is taken over. Areas add theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Label
from guanxi.kernel.registry import registry
from guanxi.kernel.write import Invalidated
from guanxi.surfaces.shape.names import Names


class Taker(Protocol):
    """A going through a document, as a section sees it."""

    actor: Actor
    #: Files that were put into the storage: they go again where it was only a look.
    stored: list[str]

    def judged(self, *place: str) -> AbstractContextManager[None]:
        """Around one thing: what is refused of it is undone, and said."""
        ...


@dataclass(frozen=True)
class Section:
    """A part of the document: tables by key, in which `rows` may stand, each known by these entries.

    `take` brings one table over, after the fields, lists and roles that it may name; `forget` drops what this process has kept of them.
    """

    name: str
    comment: str
    label: Label
    describe: Callable[[Names], dict[str, Any]]
    take: Callable[[str, Mapping[str, Any], Taker], None]
    rows: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    forget: Callable[[], None] = lambda: None


_sections: dict[str, Section] = {}


def register(section: Section) -> None:
    """Called once for each, in the order in which they stand and are taken over."""
    _sections[section.name] = section


def everything() -> Sequence[Section]:
    """All of them."""
    return list(_sections.values())


def entity_of(key: str) -> Entity:
    """The entity of this key. Raises Invalidated."""
    found = next((entity for entity in registry if entity.key == key), None)
    if found is None:
        raise Invalidated({"entity": _("There is no “%(name)s” here.") % {"name": key}})
    return found


def coded(names: Mapping[int, str]) -> dict[int, str]:
    """A code for each of these by what it is called, with a number behind it where two are called the same."""
    found: dict[int, str] = {}
    for number, name in names.items():
        taken = set(found.values())
        found[number] = next(code for i in range(1, len(names) + 2) if (code := name if i == 1 else f"{name} ({i})") not in taken)
    return found


def kinds(model: type[Model], names: Names) -> list[str]:
    """The keys of the entities that have rows of `model`, in the order in which they stand in the file."""
    found: Sequence[str] = model._default_manager.values_list("entity", flat=True).distinct().order_by()  # type: ignore[assignment]
    return names.in_order(found)


def known(rows: QuerySet[Any], called: str) -> dict[str, Any]:
    """Rows by code: what stands in their column `called`, the oldest first."""
    there = {row.pk: row for row in rows.order_by("pk")}
    return {code: there[pk] for pk, code in coded({pk: getattr(row, called) for pk, row in there.items()}).items()}


def unnamed(lines: Sequence[Mapping[str, Any]], here: Mapping[str, Any]) -> list[Any]:
    """Of the rows that are here and in use those that a file does not name."""
    named = {line.get("code") for line in lines}
    return [row for code, row in here.items() if code not in named and row.active]


__all__ = ["Section", "Taker", "coded", "entity_of", "everything", "kinds", "known", "register", "unnamed"]
