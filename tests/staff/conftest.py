"""The cast with the grants with which staff, attendance and leave are declared, and an employee for each account."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from guanxi.people import absence, clocking, hiring, hours
from tests.people import ROLES, Cast, as_declared, forget
from tests.surfaces.conftest import at_desk  # noqa: F401 - a fixture


@pytest.fixture
def house(cast: Cast) -> Cast:
    """The company as an installation has it: everybody in the directory, nobody but the administrator changing it."""
    as_declared(hiring.ENTITY)
    hiring.adopt()
    forget()
    return again(cast)


@pytest.fixture
def office(house: Cast) -> Iterator[Cast]:
    """The company with attendance and leave granted as they are declared."""
    hours.forget()
    as_declared(clocking.ENTITY, absence.ENTITY)
    forget()
    yield again(house)
    hours.forget()


def again(cast: Cast) -> Cast:
    """Everybody with the rights of this moment."""
    return Cast(*(cast.again(getattr(cast, name)) for name in ROLES))
