"""The people at the customers."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

from guanxi.demo.cast import Client, Contact
from guanxi.demo.chance import split
from guanxi.demo.days import Days
from guanxi.demo.identity import Identity
from guanxi.demo.size import Size
from guanxi.demo.words import names

ROLES = ("decides", "handles", "buys", "influences", "uses", "pays")
NEWCOMER = 0.2  # this part of the later contacts turned up long after the customer


def invent(size: Size, clients: list[Client], days: Days, identity: Identity, chance: Random) -> list[Contact]:
    """All contacts; every company has one at least, and larger customers have more."""
    weights = [0.25 if c.values.get("person") else 1 + min(3.0, c.weight / 120_000) for c in clients]
    people = [c for c in clients if c.values.get("person")]
    counts = split(size.contacts, weights, least=1)
    found: list[Contact] = []
    for client, count in zip(clients, counts, strict=True):
        for place in range(count):
            contact = _one(client, place, days, identity, chance)
            client.contacts.append(contact)
            found.append(contact)
    companies = [c for c in clients if c not in people] if len(people) < 500 else clients
    for contact in chance.sample(found, len(found) // 30):
        other = chance.choice(companies)
        if other is not contact.customer and other.by == contact.by and other.born < contact.born:
            contact.further.append(other)
    found.sort(key=lambda contact: contact.born)
    return found


def _one(client: Client, place: int, days: Days, identity: Identity, chance: Random) -> Contact:
    name, woman = identity.person()
    if client.values.get("person") and place == 0:
        name = client.values["name"]
    role = ROLES[0 if place == 0 and chance.random() < 0.55 else chance.randrange(len(ROLES))]
    born = client.born + timedelta(minutes=2 + place * 3)
    if place and chance.random() < NEWCOMER and client.last:
        born = max(born, days.at_work(days.draw(client.born.date(), client.last)))
    values: dict[str, Any] = {
        "name": name,
        "role": role,
        "title": chance.choice(names.TITLES[role].split()),
        "main": place == 0,
        "mobile": client.values["phone"] if client.values.get("person") and place == 0 else identity.mobile(),
        "gender": "female" if woman else "male",
        "owner": client.by,
    }
    _details(values, client, identity, chance)
    return Contact(values, born, client.by, customer=client)


def _details(values: dict[str, Any], client: Client, identity: Identity, chance: Random) -> None:
    spelled = identity.spelled(values["name"])
    if chance.random() < 0.4 and client.brand:
        values["email"] = f"{spelled}@{identity.spelled(client.brand)}.example"
    if chance.random() < 0.5:
        values["wechat"] = f"{spelled}{chance.choice(('', '_', 'wx'))}{chance.randrange(10, 9999)}"
    if chance.random() < 0.18:
        values["birthday"] = f"{chance.randint(1965, 1998)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"
    if chance.random() < 0.15:
        values["hobbies"] = "、".join(chance.sample(names.HOBBIES, 2))
    tags = [
        tag
        for tag, share in (("friendly", 0.1), ("key", 0.25 if values["role"] == "decides" else 0.04), ("left", 0.02))
        if chance.random() < share
    ]
    if tags:
        values["tags"] = tags
