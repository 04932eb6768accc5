"""Teams, named departments and territories: given on the pages of administration, and in force at the next click."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from guanxi.kernel import search, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.models import Share
from guanxi.kernel.registry import registry
from guanxi.org.models import Assignment, Department, Grant, Operation, Role, Team, TeamMember, Territory
from tests import samples
from tests.people import Cast, forget

Desk = Callable[[Actor], Client]
CUSTOMER = "customers.customer"


def role_of(actor: Actor) -> Role:
    return Assignment.objects.get(user=actor.id).role


def lists(desk: Client, name: str) -> bool:
    forget()
    return name in desk.get("/customers/?view=all").content.decode()


def titled(cast: Cast, name: str, **given: object) -> int:
    record: int = samples.make(registry.get(CUSTOMER), actor=cast.owner, name=name, **given).id
    return record


@pytest.mark.feature("SEC-15", "SEC-06")
def test_a_team_gives_its_people_a_role_and_what_is_opened_to_it(cast: Cast, at_desk: Desk) -> None:
    record = titled(cast, "杭州云深智能")
    admin, stranger = at_desk(cast.admin), at_desk(cast.stranger)
    assert not lists(stranger, "杭州云深智能")
    admin.post("/admin/teams/new/", {"name": "投标小组"})
    team = Team.objects.get(name="投标小组")
    admin.post(f"/admin/teams/{team.pk}/member/", {"user": cast.stranger.id})
    forget()
    owner = at_desk(cast.owner)
    assert owner.post("/customers/_share/", {"ids": str(record), "to": f"team:{team.pk}", "part": "collaborator"}).status_code == 204
    assert lists(stranger, "杭州云深智能")
    assert stranger.get(f"/customers/{record}/").status_code == 200
    assert "投标小组" in owner.get(f"/customers/{record}/_participants/").content.decode()
    assert any(hit.record == record for hit in search.find("云深", cast.again(cast.stranger)))

    admin.post(f"/admin/teams/{team.pk}/close/", {})
    assert not lists(stranger, "杭州云深智能")
    admin.post(f"/admin/teams/{team.pk}/close/", {"active": "1"})
    Share.objects.all().delete()
    readonly = Role.objects.get(code="readonly")
    admin.post(f"/admin/teams/{team.pk}/role/", {"role": readonly.pk})
    assert lists(stranger, "杭州云深智能")
    admin.post(f"/admin/teams/{team.pk}/role/", {"role": readonly.pk, "out": "1"})
    assert not lists(stranger, "杭州云深智能")
    assert set(Operation.objects.values_list("subject", flat=True)) >= {"team", "teammember", "teamrole"}


def test_nobody_widens_what_he_may_do_through_a_team(cast: Cast, at_desk: Desk) -> None:
    admin, team = at_desk(cast.admin), Team.objects.create(name="X")
    assert admin.post(f"/admin/teams/{team.pk}/member/", {"user": cast.admin.id}).status_code == 422
    assert not TeamMember.objects.exists()
    TeamMember.objects.create(team=team, user_id=cast.admin.id)
    assert admin.post(f"/admin/teams/{team.pk}/role/", {"role": Role.objects.get(code="sales").pk}).status_code == 422
    other = Team.objects.create(name="Y")
    assert admin.post(f"/admin/teams/{other.pk}/role/", {"role": Role.objects.get(code="admin").pk}).status_code == 422
    for stranger in (cast.owner, cast.director, cast.business):
        assert at_desk(stranger).post("/admin/teams/new/", {"name": "Z"}).status_code in (403, 404)
    assert not team.roles.exists()
    assert not other.roles.exists()
    assert not Team.objects.filter(name="Z").exists()


def test_a_record_is_opened_to_everybody_who_holds_a_role(cast: Cast, at_desk: Desk) -> None:
    record = titled(cast, "北京启元软件")
    role = role_of(cast.stranger)
    assert (
        at_desk(cast.owner).post("/customers/_share/", {"ids": str(record), "to": f"role:{role.pk}", "part": "viewer"}).status_code == 204
    )
    forget()
    stranger = at_desk(cast.stranger)
    assert stranger.get(f"/customers/{record}/").status_code == 200
    why = stranger.get(f"/customers/{record}/_why/").content.decode()
    assert "special grant" in why


@pytest.mark.feature("SEC-16")
def test_a_territory_shows_what_lies_in_it_and_nothing_else(cast: Cast, at_desk: Desk) -> None:
    inside, outside = titled(cast, "杭州云深", region="330108"), titled(cast, "深圳海纳", region="440300")
    contact = samples.make(registry.get("customers.contact"), actor=cast.owner, customer=inside, name="王小明")
    stranger, admin = at_desk(cast.stranger), at_desk(cast.admin)
    role = role_of(cast.stranger)
    for slug in ("customers", "contacts"):
        given = {"action": "view", "scope": "involved", "territory": "1"}
        assert admin.post(f"/admin/access/{role.pk}/{slug}/", given).status_code == 200
    assert not lists(stranger, "杭州云深")
    assert admin.post(f"/admin/accounts/{cast.stranger.id}/territory/", {"region": ["330000", "330100"]}).status_code in (200, 302)
    assert list(Territory.objects.values_list("region", flat=True)) == [330000]  # the city lies in the province
    assert lists(stranger, "杭州云深")
    assert not lists(stranger, "深圳海纳")
    assert stranger.get(f"/customers/{inside}/").status_code == 200
    assert stranger.get(f"/customers/{outside}/").status_code == 404
    assert stranger.get(f"/contacts/{contact.id}/").status_code == 200
    actor = cast.again(cast.stranger)
    assert {hit.record for hit in search.find("云深", actor)} == {inside}
    assert search.find("王小明", actor)
    assert not search.find("海纳", actor)
    with pytest.raises(write.Refused):
        write.update((registry.get(CUSTOMER), inside), {"name": "改"}, actor=actor, door="test")
    assert "territory" in stranger.get(f"/customers/{inside}/_why/").content.decode()
    assert admin.post(f"/admin/accounts/{cast.admin.id}/territory/", {"region": ["330000"]}).status_code == 422


def test_a_grant_names_departments_beyond_its_scope(cast: Cast, at_desk: Desk) -> None:
    record = titled(cast, "苏州远航")
    admin, stranger = at_desk(cast.admin), at_desk(cast.stranger)
    role, east = role_of(cast.stranger), Department.objects.get(code="east")
    address = f"/admin/access/{role.pk}/customers/"
    refused = admin.post(address, {"action": "edit", "scope": "owned", "departments": [east.pk]})
    assert refused.status_code == 422  # nobody may change what he cannot see
    assert admin.post(address, {"action": "view", "scope": "involved", "departments": [east.pk]}).status_code == 200
    assert lists(stranger, "苏州远航")
    assert stranger.get(f"/customers/{record}/").status_code == 200
    assert {hit.record for hit in search.find("远航", cast.again(cast.stranger))} == {record}
    assert admin.post(address, {"action": "edit", "scope": "owned", "departments": [east.pk]}).status_code == 200
    actor = cast.again(cast.stranger)
    row = registry.get(CUSTOMER).rows(actor).get(id=record)
    write.update((registry.get(CUSTOMER), record), {"name": "苏州远航新"}, base=row.version, actor=actor, door="test")

    narrowed = admin.post(address, {"action": "view", "scope": "involved"})  # and editing with it
    assert narrowed.status_code == 200
    assert Grant.objects.get(role=role, entity=CUSTOMER, action="edit").departments == []
    assert not lists(stranger, "苏州远航新")
    assert "East" in admin.get("/admin/trail/").content.decode()
    admin.post(address, {"action": "view", "scope": "none", "departments": [east.pk]})
    assert lists(stranger, "苏州远航新")
    assert admin.post(address, {"action": "view", "scope": "none", "departments": [999_999]}).status_code == 422
