"""The registry of entities, keyed by entity objects: an entity designed by an administrator is one more instance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from guanxi.kernel.entity import Entity


class Registry:
    """All entities in the order of their areas."""

    def __init__(self) -> None:
        self._by_key: dict[str, Entity] = {}
        self._designed: dict[str, Entity] = {}

    def add(self, entity: Entity) -> None:
        """Called by the declaration itself."""
        self._by_key[entity.key] = entity

    def design(self, entities: Iterable[Entity]) -> None:
        """What administrators have designed, retired ones among it, in place of what was known of that."""
        self._designed = {entity.key: entity for entity in entities}

    def __iter__(self) -> Iterator[Entity]:
        return iter([*self._by_key.values(), *self._designed.values()])

    def declared(self) -> list[Entity]:
        """Those of the program, without what administrators have designed."""
        return list(self._by_key.values())

    def retired(self) -> frozenset[str]:
        """Keys of what administrators have retired: nobody is granted anything there, and what is kept waits to be brought back."""
        return frozenset(key for key, entity in self._designed.items() if not entity.active)

    def in_menu(self) -> list[Entity]:
        """Entities in use, in the order in which people read them."""
        return sorted((entity for entity in self if entity.active), key=lambda e: e.place)

    def get(self, key: str) -> Entity:
        """The entity of a key such as `customers.customer`. Raises KeyError."""
        return self._by_key[key] if key in self._by_key else self._designed[key]

    def by_slug(self, slug: str) -> Entity | None:
        """The entity that answers under `/slug/`; a pool answers with the face of what lies in it."""
        from guanxi.kernel import pooled

        return next((e for e in self if e.slug == slug), None) or pooled.by_slug(slug)

    def by_model_label(self, label: str) -> Entity:
        """The entity of `customers.Customer`. Raises KeyError."""
        return self.get(label.lower())

    def of(self, record: Any) -> Entity:
        """The entity of a record."""
        entity: Entity = record.entity
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
