"""The registry of entities, keyed by entity objects: an entity designed by an administrator is one more instance."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from guanxi.kernel.entity import Entity


class Registry:
    """All entities in the order of their areas."""

    def __init__(self) -> None:
        self._by_key: dict[str, Entity] = {}

    def add(self, entity: Entity) -> None:
        """Called by the declaration itself."""
        self._by_key[entity.key] = entity

    def __iter__(self) -> Iterator[Entity]:
        return iter(list(self._by_key.values()))

    def in_menu(self) -> list[Entity]:
        """Entities in the order in which people read them."""
        return sorted(self._by_key.values(), key=lambda e: e.place)

    def get(self, key: str) -> Entity:
        """The entity of a key such as `customers.customer`. Raises KeyError."""
        return self._by_key[key]

    def by_slug(self, slug: str) -> Entity | None:
        """The entity that answers under `/slug/`; a pool answers with the face of what lies in it."""
        from guanxi.kernel import pooled

        return next((e for e in self._by_key.values() if e.slug == slug), None) or pooled.by_slug(slug)

    def by_model_label(self, label: str) -> Entity:
        """The entity of `customers.Customer`. Raises KeyError."""
        return self._by_key[label.lower()]

    def of(self, record: Any) -> Entity:
        """The entity of a record."""
        entity: Entity = type(record).entity
        return entity

    def children(self, parent: Entity) -> list[tuple[Entity, str]]:
        """(child entity, lookup field) of every lookup that points at `parent` with a back name."""
        found = []
        for entity in self:
            for field in entity.fields.values():
                if getattr(field.kind, "to", "").lower() == parent.key and field.extra.get("back"):
                    found.append((entity, field.key))
        return found


registry = Registry()
