"""What an administrator arranges on a screen is how page and form stand at the next click, for whom it is meant, and opens nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from guanxi.kernel import layouts, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.models import FormLayout
from guanxi.kernel.registry import registry
from guanxi.kernel.write import layouts as verbs
from guanxi.org.models import Operation
from tests.people import Cast, let

pytestmark = pytest.mark.django_db
Desk = Callable[[Actor], Client]
CUSTOMER = registry.get("customers.customer")
EDITOR = "/admin/layouts/customers/"
LINES = ["#", "name", "level", "#", "phone", "address", "+", "industry", "-", "website"]
GIVEN = {"line": LINES, "zh": ["要点", "怎么找到他"], "en": ["At a glance", "How to reach them"], "tile": ["level"], "tab": ["contacts"]}


@pytest.fixture(autouse=True)
def _afresh() -> Iterator[None]:
    layouts.clear()
    yield
    layouts.clear()


@pytest.fixture
def record(cast: Cast) -> int:
    values = {"name": "云深机电", "phone": "13812345678", "website": "https://yunshen.example", "level": "A"}
    return write.create(CUSTOMER, values, actor=cast.owner, door="test").id


def order(page: str, *words: str) -> list[int]:
    found = [page.find(word) for word in words]
    assert -1 not in found, dict(zip(words, found, strict=True))
    return found


@pytest.mark.feature("CUS-07", "UI-01")
def test_sections_order_key_figures_and_what_is_put_away_hold_for_page_and_form(cast: Cast, at_desk: Desk, record: int) -> None:
    owner = at_desk(cast.owner)
    before = owner.get(f"/customers/{record}/").content.decode()
    assert "yunshen.example" in before
    assert "/_related/opportunities/" in before
    assert 'name="website"' in owner.get("/customers/new/").content.decode()
    assert at_desk(cast.business).post(EDITOR, GIVEN).status_code == 302

    page, form = owner.get(f"/customers/{record}/").content.decode(), owner.get("/customers/new/").content.decode()
    assert order(page, "At a glance", "How to reach them") == sorted(order(page, "At a glance", "How to reach them"))
    places = order(
        form, "At a glance", 'name="name"', 'name="level"', "How to reach them", 'name="phone"', 'name="address"', 'name="industry"'
    )
    assert places == sorted(places)
    assert "yunshen.example" not in page
    assert 'name="website"' not in form
    assert "/_related/opportunities/" not in page
    listed = owner.get("/customers/", {"view": "all", "where": '["website","contains","yunshen"]'}).content.decode()
    assert "云深机电" in listed
    assert Operation.objects.filter(subject="formlayout", verb="create", actor=cast.business.id).count() == 1

    assert at_desk(cast.business).post(f"{EDITOR}give-up/?form=&role=").status_code == 302
    assert "yunshen.example" in owner.get(f"/customers/{record}/").content.decode()


@pytest.mark.feature("CUS-07")
def test_a_role_and_a_form_may_have_layouts_of_their_own(cast: Cast, at_desk: Desk, record: int) -> None:
    shaper, owner, director = at_desk(cast.business), at_desk(cast.owner), at_desk(cast.director)
    role = sorted(cast.director.roles - cast.owner.roles)[0]
    assert (
        shaper.post(f"{EDITOR}?form=&role={role}", {**GIVEN, "zh": ["总监看的", "联系"], "en": ["For directors", "Reach"]}).status_code
        == 302
    )
    assert "For directors" in director.get(f"/customers/{record}/").content.decode()
    assert "For directors" not in owner.get(f"/customers/{record}/").content.decode()
    code = CUSTOMER.forms[1].code
    assert (
        shaper.post(f"{EDITOR}?form={code}&role=", {**GIVEN, "zh": ["渠道要点", "联系"], "en": ["Channel first", "Reach"]}).status_code
        == 302
    )
    assert "Channel first" in owner.get(f"/customers/new/?form={code}").content.decode()
    assert "Channel first" not in owner.get("/customers/new/").content.decode()
    listed = shaper.get("/admin/layouts/").content.decode()
    assert str(CUSTOMER.forms[1].label) in listed


def test_a_layout_shows_nobody_what_his_rights_hide(cast: Cast, at_desk: Desk) -> None:
    values = {"name": "云深机电", "address": "天目山路 8 号", "level": "A"}
    record = write.create(CUSTOMER, values, actor=cast.owner, door="test").id
    wish = {**GIVEN, "tile": ["address"], "line": ["#", "address", "name", "#", "phone"]}
    assert at_desk(cast.business).post(EDITOR, wish).status_code == 302
    assert at_desk(cast.owner).get(f"/customers/{record}/").content.decode().count("天目山路") >= 2
    let(cast.owner, CUSTOMER.key, "address", "hidden")
    assert "天目山路" not in at_desk(cast.again(cast.owner)).get(f"/customers/{record}/").content.decode()


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"line": ["#", "phone", "-", "name"]}, "must be filled in"),
        ({"line": ["#", "phone", "phone"]}, "named twice"),
        ({"line": ["#", "phone", "nonsense"]}, "named twice"),
        ({"zh": ["", ""]}, "every section a name"),
        ({"zh": ["长" * 41, "b"]}, "every section a name"),
        ({"tile": ["nonsense"]}, "from those offered"),
        ({"tile": ["level", "status", "phone", "address", "source", "industry", "name"]}, "at most 6"),
        ({"tab": ["nonsense"]}, "from those offered"),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason_and_nothing_typed_is_lost(
    cast: Cast, at_desk: Desk, change: dict[str, list[str]], word: str
) -> None:
    answer = at_desk(cast.business).post(EDITOR, {**GIVEN, **change})
    assert answer.status_code == 422
    assert word in answer.content.decode()
    assert "At a glance" in answer.content.decode()
    assert not FormLayout.objects.exists()


def test_a_field_that_came_later_stands_last_and_one_that_must_be_filled_in_is_asked_though_put_away(cast: Cast, at_desk: Desk) -> None:
    shaper, owner = at_desk(cast.business), at_desk(cast.owner)
    shaper.post("/admin/fields/customers/add/", {"zh": "门店数", "en": "Shops", "sort": "integer"})
    key = next(k for k, f in CUSTOMER.fields.items() if str(f.label) in ("门店数", "Shops"))
    assert shaper.post(EDITOR, GIVEN).status_code == 302
    assert f'name="{key}"' in owner.get("/customers/new/").content.decode()
    assert shaper.post(EDITOR, {**GIVEN, "line": ["#", "name", "#", "phone", "-", key]}).status_code == 302
    assert f'name="{key}"' not in owner.get("/customers/new/").content.decode()
    shaper.post(f"/admin/fields/customers/{key[1:]}/", {"zh": "门店数", "en": "Shops", "required": "1"})
    assert f'name="{key}"' in owner.get("/customers/new/").content.decode()
    shaper.post(f"/admin/fields/customers/{key[1:]}/retire/")
    assert owner.get("/customers/new/").status_code == 200
    assert f'value="{key}"' not in shaper.get(EDITOR).content.decode()


def test_no_stranger_arranges(cast: Cast, at_desk: Desk) -> None:
    assert at_desk(cast.owner).get(EDITOR).status_code in (403, 404)
    with pytest.raises(write.Forbidden):
        verbs.arrange(CUSTOMER, layouts.EVERYWHERE, layouts.declared(CUSTOMER), actor=cast.owner)
    assert at_desk(cast.business).get(f"{EDITOR}?form=nonsense").status_code == 404
    assert at_desk(cast.business).get(f"{EDITOR}?role=admin").status_code == 404


def test_the_editor_shows_what_a_role_gets(cast: Cast, at_desk: Desk) -> None:
    desk = at_desk(cast.business)
    assert desk.post(f"{EDITOR}?form=&role=sales", GIVEN).status_code == 302
    let(cast.owner, CUSTOMER.key, "phone", "hidden")
    let(cast.owner, CUSTOMER.key, "level", "readonly")
    assert f'action="{EDITOR}preview/"' in desk.get(EDITOR).content.decode()

    def parts(role: str) -> list[str]:
        page = desk.get(f"{EDITOR}preview/?form=&role={role}").content.decode()
        return page.split('data-preview="')[1:]

    form, page = parts("sales")
    assert "At a glance" in form
    assert "At a glance" in page
    assert ('name="name"' in form, 'name="level"' in form, 'name="phone"' in form, 'name="website"' in form) == (True, False, False, False)
    assert (str(CUSTOMER.fields["level"].label) in page, str(CUSTOMER.fields["phone"].label) in page) == (True, False)
    form, page = parts("director")
    assert "At a glance" not in form + page
    assert 'name="phone"' in form
    assert desk.get(f"{EDITOR}preview/?role=admin").status_code == 404
    assert len(parts("readonly")) == 1
