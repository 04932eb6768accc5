"""Names of people and departments for the kernel, kept per process while `access_version` stands still."""

from __future__ import annotations

from collections.abc import Mapping

from guanxi.kernel import pools
from guanxi.kernel.directory import Entry
from guanxi.org.models import Department, User

_cache: dict[str, Mapping[int, Entry]] = {}
_version: dict[str, int | None] = {"access": None}


class Directory:
    """The provider that `org` registers with the kernel."""

    def people(self) -> Mapping[int, Entry]:
        if "people" not in _cache:
            rows = User.objects.values_list("id", "name", "login", "department_id", "is_active")
            _cache["people"] = {i: Entry(i, name, login, department, active) for i, name, login, department, active in rows}
        return _cache["people"]

    def departments(self) -> Mapping[int, Entry]:
        if "departments" not in _cache:
            rows = Department.objects.order_by("position", "id").values_list("id", "name", "code", "active", "parent_id")
            _cache["departments"] = {i: Entry(i, name, code, None, active, parent) for i, name, code, active, parent in rows}
        return _cache["departments"]


def refresh(version: int) -> None:
    """Read both again when `access_version` has moved."""
    if _version["access"] != version:
        _version["access"] = version
        clear()


def clear() -> None:
    """Forget what is cached in this process."""
    _cache.clear()
    pools.clear()
