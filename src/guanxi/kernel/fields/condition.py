"""A condition as a value: kept as the text of its document, read as a sentence, changed in the filter builder.

It speaks of another entity than the one that holds it, named by `about`; of several, what else its record holds says of which.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from django.db import models
from markupsafe import Markup

from guanxi.kernel.actor import Actor
from guanxi.kernel.condition import builder, sentence, tree
from guanxi.kernel.fields.base import Declared, Field, Invalid, Kind, Label, Reader
from guanxi.kernel.registry import registry

if TYPE_CHECKING:
    from guanxi.kernel.entity import Entity


#: The key of the entity of which a record with these values speaks; empty while that is open.
Chosen: TypeAlias = Callable[[Mapping[str, Any]], str]


class ConditionKind(Kind):
    """The document of a condition, checked against the entity it is about and the rights of whoever writes it."""

    name = "condition"
    operators: ClassVar[Sequence[str]] = ("empty", "not_empty")
    sortable = False
    blank = ""
    json_type = {"type": "string"}
    width = 240
    #: It takes the whole width of a form.
    lines = 2

    def __init__(self, about: tuple[str, ...], chosen: Chosen | None = None) -> None:
        self.about, self.chosen = tuple(each.lower() for each in about), chosen

    @property
    def target_entity(self) -> Entity:
        """What the condition is about, as far as is known."""
        return registry.get(self.about[0])

    def beside(self, values: Mapping[str, Any]) -> Kind:
        about = self.chosen(values) if self.chosen is not None else ""
        return ConditionKind((about,)) if about in self.about else self

    def read(self, raw: Any, reader: Reader) -> str:
        try:
            found = tree.read(raw if isinstance(raw, str) else json.dumps(raw))
            self.parsed(found, reader.actor)
        except tree.ConditionError as error:
            raise Invalid(str(error)) from None
        return json.dumps(found, ensure_ascii=False) if found else ""

    def parsed(self, document: Any, actor: Actor) -> tree.Node:
        """The condition, about the first entity of which it can be said. Raises ConditionError."""
        for about in self.about[:-1]:
            with suppress(tree.ConditionError):
                return tree.parse(registry.get(about), document, actor)
        try:
            return tree.parse(registry.get(self.about[-1]), document, actor)
        except tree.ConditionError:
            return tree.parse(self.target_entity, document, actor)  # which says what is wrong with it there

    def text(self, value: Any, reader: Reader) -> str:
        if not value:
            return ""
        try:
            return sentence.sentence(self.parsed(json.loads(value), reader.actor), reader)
        except tree.ConditionError:
            return "…"  # it names what this reader may not see

    def mask(self, value: Any) -> str:
        return "****" if value else ""

    def typed(self, value: Any, reader: Reader) -> str:
        return str(value or "")

    def export(self, value: Any, reader: Reader) -> Any:
        return value or None

    def input(self, bound: Field, value: Any, reader: Reader, name: str = "") -> Markup:
        key = name or bound.key
        fields = json.dumps(builder.metadata(self.target_entity, reader), ensure_ascii=False, default=str)
        return Markup(
            '<input type="hidden" name="{0}" id="f-{0}" value="{1}">'
            '<div class="fb" data-filter-builder data-into="#f-{0}" data-where="{2}" data-fields="{3}"></div>'
        ).format(key, value or "", value or "null", fields)

    def samples(self) -> Iterable[Any]:
        return ('["created_at", "before", "-7d"]', '["not", ["created_at", "is", "today"]]', "")


class Condition(Declared, models.TextField):
    """A condition about records of `about`; where that names several, `chosen` says by the record's other values of which."""

    def __init__(
        self, label: Label, about: str | tuple[str, ...] = "", *, chosen: Chosen | None = None, help: Label = "", **django: Any
    ) -> None:
        django.setdefault("default", "")
        super().__init__(verbose_name=label, blank=True, **django)
        self.declare(ConditionKind((about,) if isinstance(about, str) else about, chosen), required=False, help=help)


__all__ = ["Condition", "ConditionKind"]
