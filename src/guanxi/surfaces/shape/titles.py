"""Proposed titles in the file of the shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from guanxi.kernel import titles
from guanxi.kernel.models import TitleTemplate
from guanxi.kernel.write import titles as verbs
from guanxi.surfaces.shape.names import Names
from guanxi.surfaces.shape.sections import Section, Taker, entity_of, register


def describe(names: Names) -> dict[str, Any]:
    """By entity the text with tags."""
    sources = dict(TitleTemplate.objects.values_list("entity", "source"))
    return {key: {"source": names.out(sources[key])} for key in names.in_order(sources)}


def take(key: str, table: Mapping[str, Any], taking: Taker) -> None:
    """The text for new records of an entity; an empty one means none."""
    entity, source = entity_of(key), Names().back(str(table["source"]))
    if titles.source(entity) != source:
        verbs.change(entity, source, actor=taking.actor)


register(
    Section(
        "titles",
        "Proposed titles 标题模板, by entity: what a new record is called where nobody says so.",
        _("Proposed titles"),
        describe,
        take,
        forget=titles.clear,
    )
)
