"""The actor: who acts, resolved once a request into plain data.

The kernel knows no model of people. `org` turns a signed-in user into an `Actor`; everything that reads or writes
records takes one by name, so no code can forget on whose behalf it works.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from types import MappingProxyType
from typing import Literal

Arm = Literal[
    "own", "author", "involved", "granted", "reports", "department", "tree", "named", "territory", "parent", "pool", "company", "all"
]
Right = Literal["hidden", "masked", "readonly", "edit"]

#: Circles that are called the same in every company: what is opened to one ends with the company of whoever opened it.
COMPANYWIDE = ("position", "role")

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

#: What "all" is to a member of a company: all of his company, and what is opened to him beyond.
_ALL_INSIDE: frozenset[Arm] = frozenset({"own", "author", "involved", "granted", "company"})


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
    #: By what else than his person and departments a special grant may name him: kind ("team", "position", "role") → ids.
    circles: Mapping[str, frozenset[int]] = field(default_factory=dict)
    #: The departments of the company to which he belongs, a dealer's say: nothing beyond is his to see. None: no such bounds.
    within: frozenset[int] | None = None
    #: The department at its head; 0 outside of any.
    company: int = 0
    #: Whether one of his roles looks after people, roles and settings.
    administers: bool = False
    #: The departments in which he looks after the accounts of ordinary people, by delegation.
    keeps: frozenset[int] = frozenset()
    #: Whether one of his roles looks after lists and other contents, though not after people and rights.
    shapes: bool = False
    #: Whether one of his roles asks for a second factor at sign-in.
    guarded: bool = False
    grants: Mapping[tuple[str, str], frozenset[Arm]] = field(default_factory=dict)
    rights: Mapping[tuple[str, str], Right] = field(default_factory=dict)
    #: For the arm "named": the departments that a grant names for (entity key, action), with those below them.
    named: Mapping[tuple[str, str], frozenset[int]] = field(default_factory=dict)
    #: For the arm "territory": the regions that he looks after, as first and last code of each.
    territory: tuple[tuple[int, int], ...] = ()
    #: (entity key, action) → who must agree before it takes effect, and the arms within which it takes effect at once.
    reviewed: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    direct: Mapping[tuple[str, str], frozenset[Arm]] = field(default_factory=dict)
    direct_named: Mapping[tuple[str, str], frozenset[int]] = field(default_factory=dict)
    #: Entities of which anybody's writes may be waiting for agreement.
    watched: frozenset[str] = frozenset()
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
        return self.inside(self.grants.get((entity, action), frozenset()))

    def inside(self, arms: frozenset[Arm]) -> frozenset[Arm]:
        """These arms as they are to this actor: all there is ends for him where his company does."""
        return (arms - {"all"}) | _ALL_INSIDE if self.within is not None and "all" in arms else arms

    def branches(self, entity: str, action: str) -> frozenset[int]:
        """The departments whose records this actor may `action`: his own, those below, and those that a grant names."""
        arms = self.arms(entity, action)
        found = self.departments if "department" in arms else frozenset()
        found |= self.tree if "tree" in arms else frozenset()
        found |= self.named.get((entity, action), frozenset()) if "named" in arms else frozenset()
        if self.within is None:
            return found
        return self.within if "company" in arms else found & self.within

    def may(self, entity: str, action: str) -> bool:
        """Whether the actor may perform `action` on any record of `entity` at all."""
        return bool(self.arms(entity, action))

    def everywhere(self, entity: str, action: str) -> bool:
        """Whether the actor may perform `action` on every record of `entity`, of his company's if he has one, with effect at once."""
        return bool(self.arms(entity, action) & {"all", "company"}) and (entity, action) not in self.reviewed

    def at_once(self) -> Actor:
        """The same actor where whoever calls answers for it that nobody need agree."""
        return replace(self, reviewed={}, direct={}) if self.reviewed else self

    def right(self, entity: str, key: str) -> Right:
        """The field right, `edit` unless a role restricts it."""
        if self.system:
            return "edit"
        return self.rights.get((entity, key), "edit")


SYSTEM = Actor(id=None, name="Guanxi", system=True)
