"""Everybody × every address of the API × every verb: the answer follows from the grants, and what is refused leaves no trace.

What somebody may is asked of the house (`entity.rows`, `Actor.may`), of the very record; the doors of the API come to it by
ways of their own. That the house itself says what it should stands in `ALWAYS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

import pytest

from guanxi.kernel import write
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.org import actors
from guanxi.org.models import Assignment, Department, Role, User
from tests import samples
from tests.api.conftest import Program, address
from tests.people import Cast, forget
from tests.security.conftest import SECRET, undone

Programs = Callable[[Any], Program]
NOWHERE = 10**14
#: The verbs on a record that each of them has in any case, and those that he never has.
ALWAYS: dict[str, tuple[set[str], set[str]]] = {
    "owner": ({"view", "edit", "delete"}, set()),
    "mate": (set(), {"view", "edit", "delete", "transfer"}),
    "manager": ({"view"}, {"edit"}),
    "director": ({"view", "edit"}, set()),
    "participant": ({"view"}, {"edit", "delete", "transfer"}),
    "stranger": (set(), {"view", "edit", "delete", "transfer"}),
    "rival": (set(), {"view", "edit", "delete", "transfer"}),
    "readonly": ({"view"}, {"edit", "delete", "transfer"}),
    "admin": (set(), {"view", "edit", "delete", "transfer"}),
}
DONE = (200, 201, 202, 204, 409, 415, 422)


class Case(NamedTuple):
    """One request: `action` is what it takes on the record that it is about, which lies in the bin where `binned`."""

    verb: str
    more: tuple[str, ...]
    body: Any
    action: str
    binned: bool = False


class World(NamedTuple):
    """Two records of Olivia's, a third one in the bin, and a fourth that Stella takes part in."""

    record: Any
    other: Any
    binned: Any
    people: dict[str, Actor]


def cases(entity: Entity, world: World, cast: Cast) -> Iterator[Case]:
    """Every address of a record; `test_every_address_of_a_record_is_in_this_matrix` looks after it."""
    title = {entity.title: "Nobody else"}
    yield Case("GET", (), None, "view")
    yield Case("GET", ("history",), None, "view")
    yield Case("GET", ("participants",), None, "view")
    yield Case("GET", ("messages",), None, "view")
    yield Case("POST", ("messages",), {}, "edit")
    yield Case("DELETE", ("messages", str(NOWHERE)), None, "edit")
    yield Case("GET", ("files",), None, "view")
    yield Case("POST", ("files",), {}, "edit")  # without any: who may is asked first
    yield Case("PATCH", (), title, "edit")
    yield Case("DELETE", (), None, "delete")
    yield Case("POST", ("restore",), None, "delete", binned=True)
    yield Case("POST", ("merge",), {"with": [world.other.id]}, "edit")
    whom = {"grantees": [{"to": "person", "id": cast.readonly.id}], "part": "viewer"}
    yield Case("POST", ("participants",), whom, "transfer")
    yield Case("POST", ("transfer",), {"owner": cast.director.id}, "transfer")
    yield Case("DELETE", ("participants", str(NOWHERE)), None, "transfer")
    for action in entity.actions:
        yield Case("POST", ("actions", action.code), {}, action.grant)


@pytest.fixture
def world(entity: Entity, cast: Cast) -> World:
    """Olivia's records, with somebody for every way of standing to them."""
    house = Department.objects.create(name="Dealer", code="dealer", parent=Department.objects.get(code="company"), company=True)
    rival = User.objects.create(login="rival", name="Rival", department=house, password="!")
    guest = User.objects.create(login="guest", name="Guest", department=Department.objects.get(code="west"), password="!")
    for user, role in ((rival, "director"), (guest, "sales")):
        Assignment.objects.create(user=user, role=Role.objects.get(code=role))
    forget()
    record = samples.make(entity, "full", actor=cast.owner, **{entity.title: SECRET})
    other, binned = (samples.make(entity, actor=cast.owner) for _ in range(2))
    write.delete(binned, actor=cast.owner, door="test")
    for one in (record, other):
        write.share(entity, [one.id], [write.Grantee("person", guest.pk)], "viewer", None, actor=cast.owner.at_once(), door="test")
    forget()
    people = {name: getattr(cast, name) for name in ALWAYS if name not in ("participant", "rival")}
    people |= {"participant": actors.by_id(guest.pk), "rival": actors.by_id(rival.pk)}
    return World(record, other, binned, people)


def has(entity: Entity, actor: Actor, action: str, record: Any, *, binned: bool = False) -> bool:
    """Whether the grants give him this action on this record."""
    return bool(actor.may(entity.key, action) and entity.rows(actor, action, deleted=binned).filter(id=record.id).exists())


def rights_of(entity: Entity, actor: Actor) -> Callable[..., bool]:
    """`has` of one person, asked of the house once for each record and action."""
    return cache(lambda action, record, binned=False: has(entity, actor, action, record, binned=binned))


@pytest.mark.feature("SEC-01")
def test_the_answer_to_everybody_follows_from_his_grants(entity: Entity, cast: Cast, world: World, program: Programs, traces: Any) -> None:
    for name, actor in world.people.items():
        them, (given, denied) = program(actor), ALWAYS[name]
        own = {action for action in ("view", "edit", "delete", "transfer") if has(entity, actor, action, world.record)}
        assert given <= own, (name, own)
        assert not denied & own, (name, own)
        _listed(entity, actor, them, world)
        before, rights = traces(), rights_of(entity, actor)
        for case in cases(entity, world, cast):
            _asked(entity, rights, them, world, case)
        assert traces() == before, name


def _listed(entity: Entity, actor: Actor, them: Program, world: World) -> None:
    """A list holds what he sees; without any scope there is none, and no place in the document of the API."""
    answer = them.get(entity.slug, limit=200)
    assert answer.status_code == (200 if actor.may(entity.key, "view") else 404)
    shown = {r["id"] for r in answer.json().get("results", [])}
    assert (world.record.id in shown) is has(entity, actor, "view", world.record)
    assert world.binned.id not in shown
    if world.record.id not in shown:
        assert SECRET not in answer.content.decode()
    creating = them.post(entity.slug, {"nonsense": 1}).status_code
    assert creating == (422 if actor.may(entity.key, "create") else 403 if actor.may(entity.key, "view") else 404)


def _asked(entity: Entity, has: Callable[..., bool], them: Program, world: World, case: Case) -> None:
    """One request, undone where it may work; what is out of sight answers to the letter like what does not exist."""
    about = world.binned if case.binned else world.record
    place = lambda number: address(entity, number, *case.more)
    seen, allowed = has("view", about, case.binned), has(case.action, about, case.binned)
    told = (case.verb, case.more)
    if allowed:
        with undone():
            answer = them.send(case.verb, place(about.id), case.body)
        gone = case.more[:1] in (("participants",), ("messages",)) and case.verb == "DELETE"  # there is no such one
        assert answer.status_code in DONE or (gone and answer.status_code == 404), (told, answer.content)
        return
    answer = them.send(case.verb, place(about.id), case.body)
    # An action that makes no sense on the record as it stands is said to make none, before anybody asks whose it is.
    shut = (404,) if not seen else (403, 404, 409, 422) if case.more[:1] == ("actions",) else (403, 404)
    assert answer.status_code in shut, (told, answer.content)
    assert SECRET not in answer.content.decode(), told
    if not seen:
        nowhere = them.send(case.verb, place(NOWHERE), case.body)
        assert (answer.status_code, answer.content) == (nowhere.status_code, nowhere.content), told


def test_every_address_of_a_record_is_in_this_matrix(cast: Cast) -> None:
    """A new address of a record has to be said here, with what it takes."""
    from guanxi.surfaces.api.routes import urls

    known = {"files", "restore", "merge", "history", "participants", "messages", "actions", "transfer", ""}
    found = {str(p.pattern).partition("{1,18})")[2].strip("/?$").split("/")[0] for p in urls if "record_id" in str(p.pattern)}
    assert found == known
