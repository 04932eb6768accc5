"""Kinds of record that administrators designed, taken over from a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from guanxi.kernel import custom
from guanxi.kernel.actor import Actor
from guanxi.kernel.design import CustomEntity
from guanxi.kernel.write import Invalidated
from guanxi.kernel.write import entities as entity_verbs
from guanxi.surfaces.shape.names import Names


def take(table: Mapping[str, Any], actor: Actor) -> None:
    """A kind of record that administrators designed; its fields follow."""
    said = {column: table[column] for column in ("label", "en", "plural", "about", "icon", "after", "title", "title_en")}
    kept = CustomEntity.objects.filter(slug=table["slug"]).first()
    if kept is None:
        words = {column: said[column] for column in said if column != "label"}
        wish = entity_verbs.Wish(
            said["label"],
            slug=table["slug"],
            access=table["access"],
            in_menu=bool(table["in_menu"]),
            rows_of=Names().inward(table["row_of"]),
            **words,
        )
        kept = entity_verbs.create(wish, actor=actor)
    wanted = {**said, "in_menu": bool(table["in_menu"])}
    if any(getattr(kept, column) != value for column, value in wanted.items()):
        entity_verbs.change(kept, entity_verbs.wish_of(kept, **wanted), actor=actor)
    if kept.active != bool(table["active"]):
        entity_verbs.retire(kept, active=bool(table["active"]), actor=actor)


def mark(key: str, table: Mapping[str, Any]) -> None:
    """Which of its fields number its records and say how far they have come."""
    names, kept = Names(), CustomEntity.objects.get(slug=table["slug"])
    wanted = {name: names.pk[table[name]] if table[name] else None for name in ("number", "stage")}
    if any(not table[name].startswith(f"own:{key}/") for name, pk in wanted.items() if pk):
        raise Invalidated({"entities": _("Choose one of its own fields.")})
    if any(getattr(kept, name) != pk for name, pk in wanted.items()):
        CustomEntity.objects.filter(pk=kept.pk).update(**wanted)
        custom.load()


__all__ = ["mark", "take"]
