"""The cast of the tests: a small company with somebody for every way of standing to a record.

Olivia owns what the tests are about. Max sits beside her, Stella in another department, both sell like her. Min leads
their department, Dora the company. Adam administers and sees nothing, Rita may read everything and change nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from guanxi.kernel import custom, dictionary, install
from guanxi.kernel.actor import Actor
from guanxi.kernel.grants import STANDARD
from guanxi.kernel.registry import registry
from guanxi.org import actors, directory, presets
from guanxi.org.models import Assignment, Department, FieldRight, Grant, Membership, Role, User

PEOPLE = {
    # name: (department, role, manager)
    "dora": ("company", "director", ""),
    "min": ("east", "manager", "dora"),
    "olivia": ("east", "sales", "min"),
    "max": ("east", "sales", "min"),
    "stella": ("west", "sales", "dora"),
    "adam": ("company", "admin", ""),
    "rita": ("company", "readonly", ""),
    "bea": ("company", "business", ""),
}


@dataclass(frozen=True)
class Cast:
    """Who plays."""

    owner: Actor
    mate: Actor
    stranger: Actor
    manager: Actor
    director: Actor
    admin: Actor
    readonly: Actor
    business: Actor

    def again(self, actor: Actor) -> Actor:
        """The same person after roles or rights have changed."""
        forget()
        assert actor.id is not None
        return actors.by_id(actor.id)


def forget() -> None:
    """Drop what the process has cached about people, dictionaries and custom fields."""
    actors.forget()
    directory.clear()
    dictionary.clear()


def hire() -> Cast:
    """Put everybody into the database."""
    top = Department.objects.create(name="Company", code="company")
    departments = {"company": top}
    for position, code in enumerate(("east", "west")):
        departments[code] = Department.objects.create(name=code.title(), code=code, parent=top, position=position)
    roles = {role.code: role for role in Role.objects.all()}
    standard(roles)
    people: dict[str, User] = {}
    for login, (department, role, manager) in PEOPLE.items():
        people[login] = User.objects.create(
            login=login, name=login.title(), department=departments[department], manager=people.get(manager), password="!"
        )
        Assignment.objects.create(user=people[login], role=roles[role])
    forget()
    names = ("olivia", "max", "stella", "min", "dora", "adam", "rita", "bea")
    return Cast(*(actors.resolve(people[name]) for name in names))


def standard(roles: dict[str, Role]) -> None:
    """Everything is owned, seen and changed as the promises of the kernel say, also what is declared otherwise."""
    for entity in registry:
        table = presets.declared(entity)
        if set(table) != set(STANDARD):
            Grant.objects.filter(entity=entity.key).delete()
            FieldRight.objects.filter(entity=entity.key).delete()
            Grant.objects.bulk_create(
                Grant(role=roles[role], entity=entity.key, action=action, scope=scope)
                for role, actions in STANDARD.items()
                for action, scope in actions.items()
                if scope != "none"
            )


@pytest.fixture
def cast(db: None) -> Iterator[Cast]:
    """The company, gone after the test."""
    yield hire()
    forget()
    if custom._definitions:
        custom._definitions.clear()
        for entity in registry:
            entity.reshape()


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Cast]:
    """The company committed, for tests in which several connections meet; swept up afterwards."""
    with django_db_blocker.unblock():
        install.install()  # a test before may have swept up what an installation brings
        yield hire()
        tables = [entity.model._meta.db_table for entity in registry]
        kernel = ["kernel_searchentry", "kernel_event", "kernel_link", "kernel_counter", "kernel_share", "kernel_eventcursor", "change"]
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join([*tables, *kernel, 'org_user', 'org_department'])} CASCADE")
        forget()
        connection.close()


def restrict(actor: Actor, entity: str, field: str, right: str) -> Actor:
    """Give the person's only role a field right; the actor with it."""
    assignment = Assignment.objects.get(user=actor.id)
    FieldRight.objects.update_or_create(role=assignment.role, entity=entity, field=field, defaults={"right": right})
    forget()
    assert actor.id is not None
    return actors.by_id(actor.id)


def move(actor: Actor, department: str) -> Actor:
    """Let a person belong to a further department."""
    Membership.objects.create(user_id=actor.id, department=Department.objects.get(code=department))
    forget()
    assert actor.id is not None
    return actors.by_id(actor.id)
