"""Names of people, departments, teams, positions and roles for the kernel, kept per process while `access_version` stands still."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from django.utils.translation import get_language

from guanxi.kernel import pools
from guanxi.kernel.directory import Entry, head_of_company
from guanxi.org import deciders
from guanxi.org.models import Department, FieldRight, Position, PositionHolder, Role, Team, TeamMember, User

_shared: dict[str, Mapping[int, Entry]] = {}
_apart: ContextVar[dict[str, Mapping[int, Entry]] | None] = ContextVar("directory_apart", default=None)
_closed: dict[str, frozenset[tuple[str, str]]] = {}
_version: dict[str, int | None] = {"access": None}


class Directory:
    """The provider that `org` registers with the kernel."""

    def people(self) -> Mapping[int, Entry]:
        known = _known()
        if "people" not in known:
            rows = User.objects.values_list("id", "name", "login", "department_id", "is_active", "picture")
            places = self.departments()
            known["people"] = {
                i: Entry(i, name, login, department, active, company=head_of_company(places, department), picture=picture)
                for i, name, login, department, active, picture in rows
            }
        return known["people"]

    def departments(self) -> Mapping[int, Entry]:
        known = _known()
        if "departments" not in known:
            rows = list(Department.objects.order_by("position", "id").values_list("id", "name", "code", "active", "parent_id", "company"))
            above, heads = {row[0]: row[4] for row in rows}, {row[0] for row in rows if row[5]}
            known["departments"] = {
                i: Entry(i, name, code, None, active, parent, _head(i, above, heads)) for i, name, code, active, parent, _company in rows
            }
        return known["departments"]

    def circles(self) -> Mapping[str, Mapping[int, Entry]]:
        known = _known()
        named = f"role {get_language()}"
        if named not in known:
            teams = Team.objects.order_by("name").values_list("id", "name", "active")
            known["team"] = {i: Entry(i, name, active=active) for i, name, active in teams}
            places = Position.objects.order_by("place", "id").values_list("id", "name", "active")
            known["position"] = {i: Entry(i, name, active=active) for i, name, active in places}
            known[named] = {
                r.pk: Entry(r.pk, r.name, r.code, active=r.active) for r in Role.objects.filter(admin=False).order_by("position")
            }
        return {"team": known["team"], "position": known["position"], "role": known[named]}

    def teammates(self) -> Mapping[int, frozenset[int]]:
        return _gathered(TeamMember.objects.values_list("team_id", "user_id"))

    def holders(self) -> Mapping[int, frozenset[int]]:
        return _gathered(PositionHolder.objects.values_list("position_id", "user_id"))


def _known() -> dict[str, Mapping[int, Entry]]:
    """What is kept: of the process, or of whoever stands apart."""
    own = _apart.get()
    return _shared if own is None else own


@contextmanager
def apart() -> Iterator[None]:
    """Keep to oneself what is read meanwhile: a long change of the tree, which may yet be taken back, is nobody else's to see."""
    token = _apart.set({})
    try:
        yield
    finally:
        _apart.reset(token)
        clear()


def _gathered(pairs: Iterable[tuple[int, int]]) -> dict[int, frozenset[int]]:
    """The people of each."""
    found: dict[int, set[int]] = {}
    for whole, user in pairs:
        found.setdefault(whole, set()).add(user)
    return {whole: frozenset(users) for whole, users in found.items()}


def _head(department: int, above: Mapping[int, int | None], heads: Container[int]) -> int | None:
    """The nearest department marked as a company, going up from this one."""
    place: int | None = department
    seen: set[int] = set()
    while place is not None and place not in seen:
        if place in heads:
            return place
        seen.add(place)
        place = above.get(place)
    return None


def refresh(version: int) -> None:
    """Read both again when `access_version` has moved."""
    if _version["access"] != version:
        _version["access"] = version
        clear()


def closed_to_some() -> frozenset[tuple[str, str]]:
    """(entity key, field key) of every field that a role in use hides or masks."""
    if "fields" not in _closed:
        rows = FieldRight.objects.filter(right__in=("hidden", "masked"), role__active=True)
        _closed["fields"] = frozenset(rows.values_list("entity", "field"))
    return _closed["fields"]


def clear() -> None:
    """Forget what is cached in this process."""
    _closed.clear()
    _known().clear()
    deciders.clear()
    pools.clear()
