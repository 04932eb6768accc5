"""Two dealers and their maker: who they are and what they have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from guanxi.kernel import write
from guanxi.kernel.actor import Actor
from guanxi.kernel.registry import registry
from guanxi.org import actors
from guanxi.org.models import Assignment, Department, Role, User
from guanxi.people import hiring
from tests import samples
from tests.people import Cast, as_declared, forget

CUSTOMER, TALK = registry.get("customers.customer"), registry.get("activity.followup")
LEAD = registry.get("sales.lead")
#: Words that stand on everything of a dealer and nowhere else.
NORTH, SOUTH = "Norrland", "Zuidveld"
STAFF = (
    ("admin", "dealer-admin", ""),
    ("manager", "dealer-manager", ""),
    ("lead", "dealer-lead", "manager"),
    ("sales", "dealer-sales", "lead"),
)


@dataclass
class House:
    """The maker's people, those of both dealers by login, and a customer of each salesperson."""

    cast: Cast
    people: dict[str, Actor]
    customers: dict[str, Any]

    def __getitem__(self, login: str) -> Actor:
        return self.people[login]

    def again(self, login: str) -> Actor:
        """After rights have changed."""
        return self.cast.again(self.people[login])

    def desk(self, actor: Actor) -> Client:
        """A browser in which he is signed in, with the English page."""
        User.objects.filter(pk=actor.id).update(language="en")
        client = Client()
        client.force_login(User.objects.get(pk=actor.id))
        return client


@pytest.fixture
def house(cast: Cast) -> Iterator[House]:
    roles = {role.code: role for role in Role.objects.all()}
    as_declared(hiring.ENTITY)
    top = Department.objects.get(code="company")
    people: dict[str, User] = {}
    for letter, word in (("n", NORTH), ("s", SOUTH)):
        root = Department.objects.create(name=f"{word} Trade", code=f"{letter}-root", parent=top, company=True)
        shop = Department.objects.create(name=f"{word} Shop", code=f"{letter}-shop", parent=root)
        for title, role, manager in STAFF:
            login = f"{letter}-{title}"
            place, boss = (shop if title == "sales" else root), people.get(f"{letter}-{manager}")
            people[login] = User.objects.create(
                login=f"{word.lower()}.{title}", name=f"{word} {title}", department=place, manager=boss, password="!"
            )
            Assignment.objects.create(user=people[login], role=roles[role])
    forget()
    hiring.adopt()
    forget()
    found = {login: actors.resolve(user) for login, user in people.items()}
    customers = {}
    for login in ("n-sales", "n-lead", "s-sales"):
        word = NORTH if login[0] == "n" else SOUTH
        given = {"name": f"{word} Brewery {login}", "phone": "13800138000", "remark": word}
        customers[login] = samples.make(CUSTOMER, actor=found[login].at_once(), **given)
        below = {"customer": customers[login].id}
        write.create(registry.get("customers.contact"), {"name": f"{word} Buyer", **below}, actor=found[login], door="test")
        write.create(TALK, {"summary": f"{word} talk", "mode": "call", **below}, actor=found[login], door="test")
        lead = samples.make(LEAD, actor=found[login].at_once(), name=f"{word} Enquiry {login}", phone="13800138001", remark=word)
        said = {"summary": f"{word} words", "mode": "call", "lead": lead.id}
        write.create(registry.get("activity.leadfollowup"), said, actor=found[login], door="test")
    names = ("owner", "mate", "stranger", "manager", "director", "admin", "readonly", "business")
    yield House(Cast(*(cast.again(getattr(cast, name)) for name in names)), found, customers)
    forget()
