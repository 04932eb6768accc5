"""Addresses of administration: there for who looks after accounts, nowhere for everybody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from guanxi.kernel.models import CustomField
from guanxi.kernel.registry import registry
from guanxi.org.models import Assignment, Department, FieldRight, Grant, Operation, Position, PositionHolder, Provider, Role, User
from tests.people import Cast
from tests.security.conftest import SERVICE, World
from tests.security.test_routes import addresses, requests, send


def rights() -> list[Any]:
    """Everything that roles, people and rights are."""
    accounts = User.objects.order_by("id").values("id", "login", "name", "department", "manager", "password", "is_active")
    return [
        list(accounts),
        *(
            list(m.objects.order_by("id").values())
            for m in (Role, Assignment, Grant, FieldRight, Department, Position, PositionHolder, Operation)
        ),
    ]


@pytest.fixture
def anywhere(cast: Cast) -> World:
    entity = next(iter(registry))
    provider = Provider.objects.create(name="Staff", active=False, **SERVICE)
    position = Position.objects.create(name="Adviser")
    CustomField.objects.create(entity="customers.customer", kind="text", label="Grade of the shop")
    return World(entity, cast, None, None, ids={"slug": entity.slug, "provider_id": provider.pk, "position_id": position.pk})


@pytest.mark.feature("SEC-08", "SEC-19")
def test_whoever_does_not_administer_finds_no_such_place(anywhere: World) -> None:
    assert list(addresses(anywhere, "admin"))  # what they stand on has come before it is looked at
    cast, before = anywhere.cast, rights()
    for actor in (cast.owner, cast.manager, cast.director, cast.business, cast.readonly):
        browser = anywhere.client(actor)
        for pattern, rule, address in addresses(anywhere, "admin"):
            contents = (
                "admin/lists/",
                "admin/entities/",
                "admin/fields/",
                "admin/layouts/",
                "admin/prints/",
                "admin/collect/",
                "admin/texts/",
                "admin/titles/",
                "admin/numbers/",
            )
            if actor.shapes and (pattern == "admin/" or pattern.startswith(contents)):
                continue  # he finds the contents there that he looks after, and nothing else: see below
            for verb, body in requests(rule, anywhere):
                assert send(browser, verb, address, body).status_code == 404, (actor.login, verb, pattern)
    nobody = anywhere.client(None)
    for pattern, rule, address in addresses(anywhere, "admin"):
        for verb, body in requests(rule, anywhere):
            assert send(nobody, verb, address, body).status_code in (302, 403), (verb, pattern)
    assert rights() == before


def test_who_looks_after_contents_finds_no_place_of_people_or_rights(anywhere: World) -> None:
    shown = anywhere.client(anywhere.cast.business).get("/admin/").content.decode()
    assert 'href="/pools/"' in shown
    assert not [place for place in ("accounts", "departments", "access", "trail", "sign-in") if f"/admin/{place}/" in shown]


def test_an_administrator_finds_every_one_of_them(anywhere: World, django_db_blocker: object) -> None:
    browser = anywhere.client(anywhere.cast.admin)
    for pattern, rule, address in addresses(anywhere, "admin"):
        for verb, body in requests(rule, anywhere):
            assert send(browser, verb, address, body).status_code in (200, 302), (verb, pattern)


@pytest.mark.feature("SEC-08")
def test_an_administrator_sees_no_record_whatever_he_asks(at_home: Callable[[Any], World]) -> None:
    for entity in registry:
        world = at_home(entity)
        browser = world.client(world.cast.admin)
        for path in (f"/{entity.slug}/", f"/{entity.slug}/{world.record.id}/", f"/{entity.slug}/{world.record.id}/_why/"):
            assert browser.get(path).status_code == 404, path
        told = browser.get(f"/admin/why/?person={world.cast.owner.id}&record=/{entity.slug}/{world.record.id}/")
        assert told.status_code == 200
        assert str(getattr(world.record, entity.title)) not in told.content.decode()


@pytest.fixture
def at_home(cast: Cast, settings: Any, tmp_path: Any) -> Callable[[Any], World]:
    from tests.security.conftest import build

    settings.MEDIA_ROOT = tmp_path
    return lambda entity: build(entity, cast)
