"""Why somebody can't see a field: which of his roles closes it, and which would open it."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client

from guanxi.kernel.actor import Actor
from guanxi.kernel.registry import registry
from guanxi.org.models import Assignment, FieldRight, Grant, Role, User
from tests import samples
from tests.customers.pool_company import lying, pool
from tests.people import Cast, forget

Desk = Callable[[Actor], Client]
CUSTOMER = registry.get("customers.customer")


def role(code: str) -> Role:
    return Role.objects.get(code=code)


def right(code: str, field: str, word: str) -> None:
    FieldRight.objects.update_or_create(role=role(code), entity=CUSTOMER.key, field=field, defaults={"right": word})
    forget()


def told(desk: Any, person: Actor, record: int, field: str) -> str:
    """What the page says of one field, "" where it says nothing."""
    page = desk.get(f"/admin/why/?person={person.id}&record=/customers/{record}/").content.decode()
    blocks = re.findall(r'<div class="setting"><div><b>(.*?)</div></div>', page)
    label = str(CUSTOMER.fields[field].label)
    texts = [" ".join(unescape(re.sub(r"<[^>]+>", " ", block)).split()) for block in blocks]
    return next((text for text in texts if text.startswith(f"{label} ")), "")


@pytest.mark.feature("SEC-07")
def test_the_page_names_the_role_that_closes_a_field_and_those_that_would_open_it(cast: Cast, at_desk: Desk) -> None:
    record, desk = samples.make(CUSTOMER, "full", actor=cast.owner).id, at_desk(cast.admin)
    sales, manager, director = (role(code).en for code in ("sales", "manager", "director"))
    assert told(desk, cast.owner, record, "phone") == ""
    right("sales", "phone", "hidden")
    right("manager", "phone", "masked")
    said = told(desk, cast.owner, record, "phone")
    assert f"Role “{sales}” of Olivia: Hidden." in said
    openers = said.partition("Would open it:")[2]
    assert f"{manager} (Masked)" in openers
    assert f"{director} (Editable)" in openers
    assert f"{sales} (" not in openers
    right("sales", "phone", "masked")
    openers = told(desk, cast.owner, record, "phone").partition("Would open it:")[2]
    assert f"{manager} (" not in openers
    assert director in openers


def test_several_roles_are_each_quoted_and_what_is_said_comes_true(cast: Cast, at_desk: Desk) -> None:
    record, desk = samples.make(CUSTOMER, "full", actor=cast.owner).id, at_desk(cast.admin)
    right("sales", "phone", "hidden")
    right("readonly", "phone", "readonly")
    Assignment.objects.create(user_id=cast.owner.id, role=role("readonly"))
    forget()
    said = told(desk, cast.owner, record, "phone")
    assert f"Role “{role('sales').en}” of Olivia: Hidden." in said
    assert f"Role “{role('readonly').en}” of Olivia: Read only." in said
    openers = said.partition("Would open it:")[2]
    for code in ("sales", "readonly"):
        assert f"{role(code).en} (" not in openers
    assert f"{role('director').en} (Editable)" in openers
    assert cast.again(cast.owner).right(CUSTOMER.key, "phone") == "readonly"
    Assignment.objects.create(user_id=cast.owner.id, role=role("director"))
    assert cast.again(cast.owner).right(CUSTOMER.key, "phone") == "edit"
    assert told(desk, cast.owner, record, "phone") == ""


def test_where_no_role_opens_it_that_is_said(cast: Cast, at_desk: Desk) -> None:
    record, desk = samples.make(CUSTOMER, "full", actor=cast.owner).id, at_desk(cast.admin)
    for code in set(Grant.objects.filter(entity=CUSTOMER.key, action="view").values_list("role__code", flat=True)):
        right(code, "phone", "hidden")
    assert "No other role that may see such records opens it." in told(desk, cast.owner, record, "phone")
    User.objects.filter(pk=cast.admin.id).update(language="zh-hans")
    page = desk.get(f"/admin/why/?person={cast.owner.id}&record=/customers/{record}/").content.decode()
    assert "没有其他可查看此类记录的角色能开放此字段。" in page


def test_what_a_pool_closes_is_laid_to_the_pool(cast: Cast, at_desk: Desk) -> None:
    into = pool(name="Sea", hidden=["phone"])
    (record,) = lying(cast, into)
    said = told(at_desk(cast.admin), cast.mate, record, "phone")
    assert "The public pool “Sea” says so as long as the record lies in it: Hidden." in said
    assert "Would open it" not in said


def test_a_colleague_learns_which_role_closes_a_field_and_of_no_other_roles(cast: Cast, at_desk: Desk) -> None:
    record = samples.make(CUSTOMER, "full", actor=cast.owner).id
    right("sales", "phone", "masked")
    page = at_desk(cast.owner).get(f"/customers/{record}/_why/?person={cast.owner.id}").content.decode()
    assert f"Role “{role('sales').en}” of Olivia: Masked." in page
    assert "Would open it" not in page
    assert "No other role" not in page
