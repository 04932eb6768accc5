"""Make an account from a terminal: how the first people of a company without the demo come in."""

from __future__ import annotations

import secrets

from django.contrib.auth.hashers import make_password
from django.db import transaction

from guanxi.kernel import versions
from guanxi.org import directory
from guanxi.org.models import Assignment, Department, Role, User

ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
LENGTH = 14


def initial_password() -> str:
    """Random, without look-alike characters; it must be changed at the first login."""
    return "".join(secrets.choice(ALPHABET) for _n in range(LENGTH))


def create(login: str, *, name: str, role: str, department: str) -> str:
    """Create a person with one role in a department (made when missing) and return the initial password.

    Raises ValueError with what to do when the login is taken or the role unknown.
    """
    found = Role.objects.filter(code=role).first()
    if found is None:
        known = ", ".join(Role.objects.order_by("position").values_list("code", flat=True))
        raise ValueError(f"there is no role {role!r}; known are {known}")
    if User.objects.filter(login__iexact=login).exists():
        raise ValueError(f"the login {login!r} is taken")
    password = initial_password()
    with transaction.atomic():
        place, _made = Department.objects.get_or_create(name=department, defaults={"code": f"d-{secrets.token_hex(4)}"})
        user = User.objects.create(login=login, name=name, department=place, password=make_password(password), must_change_password=True)
        Assignment.objects.create(user=user, role=found)
        versions.bump("access")
    directory.clear()
    return password
