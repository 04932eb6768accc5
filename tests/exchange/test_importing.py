"""An import is a plan that people see before anything happens, and that then happens exactly so."""

from __future__ import annotations

import pytest

from guanxi.customers.entities.contact import Contact
from guanxi.customers.entities.customer import Customer
from guanxi.kernel import write
from guanxi.surfaces.exchange.importing import committing
from guanxi.surfaces.exchange.models import ImportRow
from tests.exchange.company import CUSTOMERS, Company, Make, bring_in, found, perform, plans, preview


@pytest.fixture
def company(db: None, settings: object, tmp_path: object) -> Company:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    return found()


def csv(*lines: str) -> bytes:
    return "\n".join(lines).encode()


def test_a_preview_writes_nothing_and_the_commit_executes_it(company: Company, file_of: Make) -> None:
    sales = company.actor("sales")
    path = file_of(csv("客户名称,电话,级别", "杭州云深科技有限公司,13800006021,A", "宁波海曙贸易有限公司,0574-88881234,B 普通"))
    run = preview(path, sales)
    assert run.state == "planned"
    assert plans(run) == {2: ("create", ""), 3: ("create", "")}
    assert not Customer.objects.exists()
    run = perform(run, committing.begin(run, sales))
    assert run.state == "done"
    first = Customer.objects.get(name="杭州云深科技有限公司")
    assert (first.phone, first.owner_id) == ("+8613800006021", sales.id)
    assert set(ImportRow.objects.filter(run=run).values_list("result", flat=True)) == {"created"}


def test_a_row_whose_cells_are_refused_says_which_and_why(company: Company, file_of: Make) -> None:
    path = file_of(csv("客户名称,电话", "云深,not a phone", ",13800006021"))
    found = plans(preview(path, company.actor("sales")))
    assert found[2][0] == "error"
    assert "Give a phone number" in found[2][1]
    assert found[3] == ("error", "Fill in “Customer name”.")


def test_what_exists_is_skipped_updated_or_filled_as_the_person_chose(company: Company, file_of: Make) -> None:
    sales = company.actor("sales")
    old = write.create(CUSTOMERS, {"name": "云深", "remark": "old"}, actor=sales, door="form")
    path = file_of(csv("客户名称,备注,地址", "云深,new,文三路"))
    assert plans(preview(path, sales))[2] == ("skip", "It exists already.")
    bring_in(path, sales, policy="fill")
    old.refresh_from_db()
    assert (old.remark, old.address) == ("old", "文三路")
    bring_in(path, sales, policy="update")
    old.refresh_from_db()
    assert (old.remark, old.address) == ("new", "文三路")
    assert plans(preview(path, sales, policy="update"))[2] == ("skip", "Nothing differs.")


def test_a_target_that_moved_since_the_preview_is_reported_and_left_alone(company: Company, file_of: Make) -> None:
    sales = company.actor("sales")
    old = write.create(CUSTOMERS, {"name": "云深"}, actor=sales, door="form")
    other = write.create(CUSTOMERS, {"name": "海曙"}, actor=sales, door="form")
    run = preview(file_of(csv("客户名称,备注", "云深,theirs", "海曙,theirs")), sales, policy="update")
    write.update(old, {"remark": "mine"}, actor=sales, door="form")
    write.update(other, {"address": "elsewhere"}, actor=sales, door="form")
    run = perform(run, committing.begin(run, sales))
    results = dict(ImportRow.objects.filter(run=run).values_list("number", "result"))
    assert results == {2: "changed", 3: "updated"}
    old.refresh_from_db()
    assert old.remark == "mine"


@pytest.mark.feature("CON-07")
def test_customers_and_their_contacts_come_from_one_sheet(company: Company, file_of: Make) -> None:
    path = file_of(csv("公司名称,联系人,手机", "云深,王一,13800006021", "云深,李二,13800006022", "海曙,王一,13800006023", "云深,王一,13800006021"))
    run = preview(path, company.actor("sales"))
    assert run.mapping == {"0": "name", "1": "contacts.name", "2": "contacts.mobile"}
    assert [action for action, _message in plans(run).values()] == ["create", "child", "create", "skip"]
    bring_in(path, company.actor("sales"))
    assert sorted(Contact.objects.values_list("customer__name", "name")) == [("云深", "李二"), ("云深", "王一"), ("海曙", "王一")]
    assert Customer.objects.get(name="云深").contact_count == 2
