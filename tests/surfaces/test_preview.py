"""Looking through a colleague's eyes: everything as he sees it, nothing changed, nobody the wiser than before, and logged."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from guanxi.kernel.actor import Actor
from guanxi.kernel.models import AccessLog
from guanxi.kernel.registry import registry
from guanxi.org.models import Assignment, Grant
from tests import samples
from tests.people import Cast, forget, restrict

Desk = Callable[[Actor], Client]
CUSTOMER = "customers.customer"


def look(desk: Client, whom: Actor) -> int:
    return desk.post("/preview/", {"user": whom.id}).status_code


def test_a_director_sees_what_a_salesperson_sees_and_can_only_look(cast: Cast, at_desk: Desk) -> None:
    entity = registry.get(CUSTOMER)
    seen = samples.make(entity, actor=cast.owner, name="杭州云深")
    other = samples.make(entity, actor=cast.stranger, name="深圳海纳")
    desk = at_desk(cast.director)
    assert look(desk, cast.owner) == 302
    page = desk.get("/customers/?view=all").content.decode()
    assert "杭州云深" in page
    assert "深圳海纳" not in page
    assert f"as {cast.owner.name}" in page
    assert desk.get(f"/customers/{other.id}/").status_code == 404
    assert desk.get(f"/customers/{seen.id}/").status_code == 200

    for address, body in (
        (f"/customers/{seen.id}/edit/", {"name": "改"}), ("/customers/_delete/", {"ids": str(seen.id)}), ("/settings/", {}),
        (f"/customers/{seen.id}/_reveal/phone/", {}), ("/customers/export/", {"format": "csv"}), ("/preview/", {"user": cast.mate.id}),
    ):  # fmt: skip
        assert desk.post(address, body).status_code == 403, address
    assert desk.get("/customers/_similar/?field=name&value=杭州云深").status_code == 403
    seen.refresh_from_db()
    assert seen.name == "杭州云深"
    assert seen.deleted_at is None
    assert not AccessLog.objects.filter(actor=cast.owner.id).exists()

    assert desk.post("/preview/leave/").status_code == 302
    assert "深圳海纳" in desk.get("/customers/?view=all").content.decode()
    verbs = AccessLog.objects.filter(actor=cast.director.id, record=cast.owner.id).values_list("verb", flat=True)
    assert list(verbs.order_by("id")) == ["preview", "preview_end"]


def test_nobody_looks_through_eyes_that_see_more_than_his_own(cast: Cast, at_desk: Desk) -> None:
    for viewer, whom in ((cast.manager, cast.owner), (cast.owner, cast.mate), (cast.admin, cast.owner)):
        assert look(at_desk(viewer), whom) in (404, 422), viewer.login
    assert look(at_desk(cast.director), cast.admin) == 422  # what an administrator sees of accounts is not the director's
    assert look(at_desk(cast.director), cast.director) == 422
    restrict(cast.director, CUSTOMER, "phone", "hidden")
    assert look(at_desk(cast.director), cast.owner) == 422


def test_a_preview_ends_as_soon_as_the_colleague_sees_more(cast: Cast, at_desk: Desk) -> None:
    desk = at_desk(cast.director)
    assert look(desk, cast.owner) == 302
    role = Assignment.objects.get(user=cast.director.id).role
    Grant.objects.filter(role=role, entity=CUSTOMER, action="view").update(scope="owned")
    forget()
    assert "seenas" not in desk.get("/").content.decode()
    assert look(desk, cast.owner) in (404, 422)
