"""Who works where: every employee who has not left, and accounts that belong to no employee."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from guanxi.org.models import User
from guanxi.people.entities.employee import STATUS, Employee


def here() -> Any:
    """Employees who have not left, for verbs of administration that work for everybody; pages read by `entity.rows`."""
    return Employee._default_manager.filter(deleted_at=None).exclude(status=STATUS.id("left"))


def working() -> Mapping[int, int]:
    """How many people work in each department itself."""
    staff = here()
    found = Counter(staff.exclude(works_in=None).values_list("works_in", flat=True))
    others = User.objects.filter(is_active=True).exclude(department=None).exclude(pk__in=staff.exclude(account=None).values("account"))
    found.update(others.values_list("department", flat=True))
    return found


def of_account(user: int) -> Any | None:
    """The employee to whom an account belongs."""
    return Employee._default_manager.filter(account=user, deleted_at=None).first()
