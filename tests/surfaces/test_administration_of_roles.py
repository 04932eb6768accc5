"""Roles and rights change by rules that hold whatever the door, with effect at the next request, and leave a trail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from guanxi.kernel import clock
from guanxi.kernel.actor import Actor
from guanxi.kernel.registry import registry
from guanxi.kernel.write import Forbidden, Invalidated
from guanxi.org import roles
from guanxi.org.models import Assignment, Grant, Operation, Role, User
from tests import samples
from tests.people import Cast

pytestmark = pytest.mark.django_db


def role(code: str) -> Role:
    return Role.objects.get(code=code)


def person(actor: Actor) -> User:
    return User.objects.get(pk=actor.id)


@pytest.mark.feature("SEC-03", "SEC-04")
def test_a_new_role_with_the_rights_of_another_gives_just_those(cast: Cast) -> None:
    made = roles.create("Inside sales", actor=cast.admin, like=role("sales"))
    grants = lambda r: set(r.grants.values_list("entity", "action", "scope"))
    assert grants(made) == grants(role("sales")) != set()
    Assignment.objects.filter(user=cast.stranger.id).delete()
    roles.assign(made, person(cast.stranger), None, actor=cast.admin)
    assert cast.again(cast.stranger).grants == cast.stranger.grants


@pytest.mark.feature("SEC-03")
def test_a_closed_role_gives_nothing_until_it_is_opened_again(cast: Cast) -> None:
    before = cast.owner.grants
    assert before
    roles.close(role("sales"), active=False, actor=cast.admin)
    assert cast.again(cast.owner).grants == {}
    roles.close(role("sales"), active=True, actor=cast.admin)
    assert cast.again(cast.owner).grants == before


def test_a_role_lent_for_a_time_ends_by_itself(cast: Cast) -> None:
    roles.assign(role("director"), person(cast.owner), clock.now() + timedelta(hours=1), actor=cast.admin)
    assert "director" in cast.again(cast.owner).roles
    Assignment.objects.filter(user=cast.owner.id, role=role("director")).update(until=clock.now() - timedelta(seconds=1))
    assert "director" not in cast.again(cast.owner).roles


@pytest.mark.feature("SEC-08")
def test_administrators_are_kept_apart_from_business_data(cast: Cast) -> None:
    for entity in registry:
        with pytest.raises(Invalidated):
            roles.grant(role("admin"), entity, "view", "owned", actor=cast.admin)
    copied = roles.create("Second administrators", actor=cast.admin, like=role("admin"))
    assert not copied.admin


def test_nobody_changes_his_own_roles_and_somebody_always_administers(cast: Cast) -> None:
    with pytest.raises(Invalidated):
        roles.assign(role("director"), person(cast.admin), None, actor=cast.admin)
    roles.assign(role("admin"), person(cast.business), None, actor=cast.admin)
    other = cast.again(cast.business)
    roles.revoke(role("admin"), person(cast.admin), actor=other)
    with pytest.raises(Invalidated):
        roles.revoke(role("admin"), person(cast.business), actor=cast.again(cast.business))
    with pytest.raises(Invalidated):
        roles.close(role("admin"), active=False, actor=other)


def test_only_an_administrator_does_any_of_it(cast: Cast) -> None:
    entity = next(iter(registry))
    for actor in (cast.owner, cast.director, cast.business):
        for attempt in (
            lambda a=actor: roles.create("Mine", actor=a),
            lambda a=actor: roles.rename(role("sales"), "Mine", "", actor=a),
            lambda a=actor: roles.close(role("sales"), active=False, actor=a),
            lambda a=actor: roles.grant(role("sales"), entity, "view", "all", actor=a),
            lambda a=actor: roles.restrict(role("sales"), entity, entity.title, "hidden", actor=a),
            lambda a=actor: roles.assign(role("director"), person(cast.stranger), None, actor=a),
            lambda a=actor: roles.revoke(role("sales"), person(cast.stranger), actor=a),
        ):
            with pytest.raises(Forbidden):
                attempt()


def test_nothing_may_be_changed_that_may_not_be_seen(cast: Cast) -> None:
    entity = next(iter(registry))
    with pytest.raises(Invalidated):
        roles.grant(role("sales"), entity, "edit", "all", actor=cast.admin)
    narrowed = roles.grant(role("director"), entity, "view", "owned", actor=cast.admin)
    assert {"edit", "delete", "transfer", "export"} <= set(narrowed)
    ladder = dict(role("director").grants.filter(entity=entity.key).values_list("action", "scope"))
    assert ladder["edit"] == ladder["delete"] == ladder["export"] == "owned"
    assert ladder["create"] == "all"
    roles.grant(role("director"), entity, "view", "none", actor=cast.admin)
    assert not role("director").grants.filter(entity=entity.key).exists()


@pytest.mark.feature("SEC-04")
def test_a_changed_scope_holds_at_the_next_request_of_an_open_session(cast: Cast, at_desk: Callable[[Actor], Client]) -> None:
    entity = next(iter(registry))
    record = samples.make(entity, actor=cast.owner)
    manager = at_desk(cast.manager)
    assert manager.get(f"/{entity.slug}/{record.id}/").status_code == 200
    answer = at_desk(cast.admin).post(f"/admin/access/{role('manager').pk}/{entity.slug}/", {"action": "view", "scope": "owned"})
    assert answer.status_code == 200
    assert manager.get(f"/{entity.slug}/{record.id}/").status_code == 404


def test_a_field_closed_in_the_matrix_is_gone_from_the_next_page(cast: Cast, at_desk: Callable[[Actor], Client]) -> None:
    entity = registry.get("customers.customer")
    record = samples.make(entity, actor=cast.owner, phone="13800006021")
    owner, path = at_desk(cast.owner), f"/{entity.slug}/{record.id}/"
    assert "6021" in owner.get(path).content.decode()
    url = f"/admin/access/{role('sales').pk}/{entity.slug}/"
    at_desk(cast.admin).post(url, {"field": "phone", "right": "hidden"})
    assert "6021" not in owner.get(path).content.decode()
    at_desk(cast.admin).post(url, {"field": "phone", "right": "edit"})
    assert "6021" in owner.get(path).content.decode()


@pytest.mark.feature("SYS-03")
def test_every_change_is_kept_with_who_made_it_and_nobody_can_remove_it(cast: Cast, at_desk: Callable[[Actor], Client]) -> None:
    entity = next(iter(registry))
    roles.grant(role("manager"), entity, "export", "owned", actor=cast.admin)
    row = Operation.objects.order_by("-id").first()
    assert row is not None
    assert (row.subject, row.verb, row.actor, row.diff["scope"]) == (
        "grant",
        "update",
        cast.admin.id,
        ["department", "owned"],
    )
    with connection.cursor() as cursor:  # raw SQL leaves its trail too
        cursor.execute("SELECT set_config('guanxi.context', '', true)")
        cursor.execute("UPDATE org_user SET title = 'Chief' WHERE id = %s", [cast.owner.id])
    row = Operation.objects.order_by("-id").first()
    assert row is not None
    assert row.diff == {"title": ["", "Chief"]}
    assert row.actor is None
    page = at_desk(cast.admin).get(f"/admin/trail/?who={cast.admin.id}&what=grant").content.decode()
    assert "Only what one owns" in page
    assert "Adam" in page
    assert not Operation.objects.filter(diff__has_key="password").exists()


def test_the_matrix_leaves_as_a_workbook(cast: Cast, at_desk: Callable[[Actor], Client], tmp_path) -> None:  # type: ignore[no-untyped-def]
    import openpyxl

    answer = at_desk(cast.admin).get("/admin/access/export/")
    (tmp_path / "m.xlsx").write_bytes(b"".join(answer.streaming_content))
    rows = list(openpyxl.load_workbook(tmp_path / "m.xlsx").active.iter_rows(values_only=True))
    assert ("Sales manager", "Customer", "View", "The department and those below it", None) in rows
    assert len([r for r in rows if r[0] == "Sales manager"]) >= Grant.objects.filter(role__code="manager").count()
