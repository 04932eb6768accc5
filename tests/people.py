"""The cast of the tests: a small company with somebody for every way of standing to a record.

Olivia owns what the tests are about. Max sits beside her, Stella in another department, both sell like her. Min leads
their department, Dora the company. Adam administers and sees nothing, Rita may read everything and change nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import pytest
from django.db import connection
from django.db.models import Model
from pytest_django import DjangoDbBlocker

from guanxi.kernel import custom, dictionary, install, layouts, titles
from guanxi.kernel.actor import Actor, Right
from guanxi.kernel.entity import Entity
from guanxi.kernel.grants import STANDARD
from guanxi.kernel.models import CustomField
from guanxi.kernel.registry import registry
from guanxi.org import actors, directory, presets
from guanxi.org.models import Assignment, Department, FieldRight, Grant, Membership, Role, Team, User

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

PLACES = ("company", "east", "west")

#: Who plays whom.
ROLES = {
    "owner": "olivia",
    "mate": "max",
    "stranger": "stella",
    "manager": "min",
    "director": "dora",
    "admin": "adam",
    "readonly": "rita",
    "business": "bea",
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


class Hired(Cast):
    """The cast of a test; who does not play is not resolved, which for all of them takes longer than most tests."""

    def __init__(self, people: Mapping[str, User]) -> None:
        object.__setattr__(self, "_people", people)

    def __getattr__(self, role: str) -> Actor:
        if role not in ROLES:
            raise AttributeError(role)
        actor = actors.resolve(self._people[role])
        object.__setattr__(self, role, actor)
        return actor


def forget() -> None:
    """Drop what the process has cached about people, dictionaries and custom fields."""
    actors.forget()
    directory.clear()
    dictionary.clear()


def hire() -> Cast:
    """Put everybody into the database, in as few statements as it takes: nearly every test begins with it."""
    departments = {code: Department(id=n, name=code.title(), code=code) for code, n in zip(PLACES, _numbers(Department, 3), strict=True)}
    for position, code in enumerate(PLACES[1:]):
        departments[code].parent, departments[code].position = departments["company"], position
    Department.objects.bulk_create(departments.values())
    roles = {role.code: role for role in Role.objects.all()}
    Team.objects.create(name="Tenders")
    standard(roles)
    people: dict[str, User] = {}
    for (login, (department, _role, manager)), number in zip(PEOPLE.items(), _numbers(User, len(PEOPLE)), strict=True):
        place = departments[department]
        people[login] = User(id=number, login=login, name=login.title(), department=place, manager=people.get(manager), password="!")
    User.objects.bulk_create(people.values())
    Assignment.objects.bulk_create(Assignment(user=people[login], role=roles[role]) for login, (_place, role, _boss) in PEOPLE.items())
    forget()
    return Hired({role: people[name] for role, name in ROLES.items()})


def hire_nobody() -> None:
    """What `hire` would do anew for every test."""
    standard({role.code: role for role in Role.objects.all()})


def _numbers(model: type[Model], count: int) -> list[int]:
    """The next primary keys of a table, so that rows that point to one another go in together."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [model._meta.db_table, count])
        return [number for (number,) in cursor.fetchall()]


def standard(roles: dict[str, Role]) -> None:
    """Everything is owned, seen and changed as the promises of the kernel say, also what is declared otherwise.

    It stands in the database since that was made, so nearly always there is nothing to do.
    """
    special = [entity.key for entity in registry if set(presets.declared(entity)) != set(STANDARD)]
    said = [(roles[r].pk, action, scope) for r, actions in STANDARD.items() for action, scope in actions.items() if scope != "none"]
    given = [special, *map(list, zip(*said, strict=True))]
    with connection.cursor() as cursor:  # every test pays for it
        cursor.execute(_STANDS, [*given, special, special])
        if cursor.fetchone()[0]:
            return
        cursor.execute(
            "DELETE FROM org_grant WHERE entity = ANY(%s); DELETE FROM org_fieldright WHERE entity = ANY(%s)", [special, special]
        )
        cursor.execute(f"INSERT INTO org_grant (entity, role_id, action, scope) {_SAID}", given)


_SAID = (
    "SELECT entity, role, action, scope FROM unnest(%s::text[]) AS entity, "
    "unnest(%s::bigint[], %s::text[], %s::text[]) AS said(role, action, scope)"
)
_STANDS = f"""
WITH said AS ({_SAID}), stands AS (SELECT entity, role_id, action, scope FROM org_grant WHERE entity = ANY(%s))
SELECT (SELECT count(*) FROM said) = (SELECT count(*) FROM stands) AND NOT EXISTS (TABLE said EXCEPT TABLE stands)
    AND NOT EXISTS (SELECT FROM org_fieldright WHERE entity = ANY(%s))
"""


def as_declared(*entities: Entity) -> None:
    """Give the roles what is declared about these, as an installation does, in place of what `standard` gave them."""
    roles = {role.code: role for role in Role.objects.all()}
    for entity in entities:
        Grant.objects.filter(entity=entity.key).delete()
        Grant.objects.bulk_create(
            presets._grant(roles[role], entity, action, said)
            for role, actions in presets.declared(entity).items()
            for action, said in actions.items()
        )


@pytest.fixture
def cast(db: None) -> Iterator[Cast]:
    """The company, gone after the test."""
    yield hire()
    forget()
    registry.design(())
    if custom._definitions:
        custom._definitions.clear()
        for entity in registry:
            entity.reshape()


@pytest.fixture
def unshaped(db: None) -> Iterator[None]:
    """Fields of one's own that a test makes are gone after it, and what processes have kept of them."""
    yield
    CustomField.objects.all().delete()
    dictionary.clear()
    layouts.clear()
    titles.clear()
    custom.load()


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Cast]:
    """The company committed, for tests in which several connections meet; swept up afterwards."""
    with django_db_blocker.unblock():
        install.install()  # a test before may have swept up what an installation brings
        yield hire()
        tables = [entity.table for entity in registry]
        kernel = [
            "kernel_searchentry",
            "kernel_event",
            "kernel_link",
            "kernel_counter",
            "kernel_share",
            "kernel_eventcursor",
            "change",
            "kernel_merge",
            "kernel_lag",
            "kernel_customentity",
        ]
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join([*tables, *kernel, 'org_user', 'org_department'])} CASCADE")
        forget()
        connection.close()


def restrict(actor: Actor, entity: str, field: str, right: str) -> Actor:
    """Give the person's only role a field right; the actor with it."""
    let(actor, entity, field, right)
    assert actor.id is not None
    return actors.by_id(actor.id)


def let(actor: Actor, entity: str, field: str, right: str) -> None:
    """Give the person's only role a field right, for whoever comes by a request and is resolved there."""
    assignment = Assignment.objects.get(user=actor.id)
    FieldRight.objects.update_or_create(role=assignment.role, entity=entity, field=field, defaults={"right": right})
    forget()


def let_all(actor: Actor, entity: str, fields: Iterable[str], right: str) -> None:
    """The same right on several fields, in one statement."""
    role = Assignment.objects.get(user=actor.id).role
    rows = [FieldRight(role=role, entity=entity, field=field, right=right) for field in fields]
    FieldRight.objects.bulk_create(rows, update_conflicts=True, unique_fields=["role", "entity", "field"], update_fields=["right"])
    forget()


def closed(actor: Actor, entity: str, field: str, right: Right) -> Actor:
    """The person as `restrict` would have him resolved, without the way through the database: for tests of one field after another."""
    return replace(actor, rights={**actor.rights, (entity, field): right})


def review(actor: Actor, entity: str, word: str = "superior", *, verbs: tuple[str, ...] = ("create", "edit", "delete")) -> Actor:
    """Have somebody agree before what the person's only role does takes effect; the actor with it."""
    assignment = Assignment.objects.get(user=actor.id)
    Grant.objects.filter(role=assignment.role, entity=entity, action__in=verbs).update(review=word)
    forget()
    assert actor.id is not None
    return actors.by_id(actor.id)


def move(actor: Actor, department: str) -> Actor:
    """Let a person belong to a further department."""
    Membership.objects.create(user_id=actor.id, department=Department.objects.get(code=department))
    forget()
    assert actor.id is not None
    return actors.by_id(actor.id)
