"""The cast with the grants that employees are declared with, and an employee for each account."""

from __future__ import annotations

import pytest

from guanxi.kernel.entity import Entity
from guanxi.org import presets
from guanxi.org.models import Grant, Role
from guanxi.people import hiring
from tests.people import Cast, forget
from tests.surfaces.conftest import at_desk  # noqa: F401 - a fixture


@pytest.fixture
def house(cast: Cast) -> Cast:
    """The company as an installation has it: everybody in the directory, nobody but the administrator changing it."""
    entity: Entity = hiring.ENTITY
    roles = {role.code: role for role in Role.objects.all()}
    Grant.objects.filter(entity=entity.key).delete()
    Grant.objects.bulk_create(
        Grant(role=roles[role], entity=entity.key, action=action, scope=scope)
        for role, actions in presets.declared(entity).items()
        for action, scope in actions.items()
    )
    hiring.adopt()
    forget()
    names = ("owner", "mate", "stranger", "manager", "director", "admin", "readonly", "business")
    return Cast(*(cast.again(getattr(cast, name)) for name in names))
