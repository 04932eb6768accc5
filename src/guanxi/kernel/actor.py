"""The actor: who acts, resolved once a request into plain data.

The kernel knows no model of people. `org` turns a signed-in user into an `Actor`; everything that reads or writes
records takes one by name, so no code can forget on whose behalf it works.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from types import MappingProxyType
from typing import Literal

Arm = Literal["own", "author", "involved", "granted", "reports", "department", "tree", "parent", "pool", "all"]
Right = Literal["hidden", "masked", "readonly", "edit"]

#: The words of the interface are presets of arms; each contains the one before it.
SCOPES: Mapping[str, frozenset[Arm]] = MappingProxyType(
    {
        "none": frozenset(),
        "owned": frozenset({"own", "granted"}),
        "involved": frozenset({"own", "author", "involved", "granted"}),
        "reports": frozenset({"own", "author", "involved", "granted", "reports"}),
        "department": frozenset({"own", "author", "involved", "granted", "reports", "department", "tree"}),
        "all": frozenset({"all"}),
    }
)


@dataclass(frozen=True)
class Actor:
    """A frozen view of a person (or of the system itself) and of everything he may do.

    `grants` maps (entity key, action) to the union of arms of his roles; `rights` maps (entity key, field key) to the
    most generous field right of his roles, absent meaning full access.
    """

    id: int | None
    name: str
    login: str = ""
    department: int | None = None
    departments: frozenset[int] = frozenset()
    tree: frozenset[int] = frozenset()
    reports: frozenset[int] = frozenset()
    roles: frozenset[str] = frozenset()
    #: Whether one of his roles looks after people, roles and settings.
    administers: bool = False
    grants: Mapping[tuple[str, str], frozenset[Arm]] = field(default_factory=dict)
    rights: Mapping[tuple[str, str], Right] = field(default_factory=dict)
    system: bool = False
    #: Whoever looks into a pool sees it through a lens: this person, that pool and nothing else.
    pool: int | None = None
    bare: Actor | None = field(default=None, compare=False, repr=False)
    #: Tells resolved actors apart: what is kept for one (`kernel.kept`) is never served to another.
    serial: int = field(default_factory=count().__next__, init=False, compare=False, repr=False)

    @property
    def person(self) -> Actor:
        """The actor without the lens that he looks through."""
        return self.bare or self

    def arms(self, entity: str, action: str) -> frozenset[Arm]:
        """The arms through which this actor may perform `action` on records of `entity`; empty means not at all."""
        if self.system:
            return SCOPES["all"]
        return self.grants.get((entity, action), frozenset())

    def may(self, entity: str, action: str) -> bool:
        """Whether the actor may perform `action` on any record of `entity` at all."""
        return bool(self.arms(entity, action))

    def right(self, entity: str, key: str) -> Right:
        """The field right, `edit` unless a role restricts it."""
        if self.system:
            return "edit"
        return self.rights.get((entity, key), "edit")


SYSTEM = Actor(id=None, name="Guanxi", system=True)
