"""An import is a plan that people see before anything happens, and that then happens exactly so."""

from __future__ import annotations

from pathlib import Path

import pytest

from guanxi.customers.entities.contact import Contact
from guanxi.customers.entities.customer import Customer
from guanxi.kernel import jobs, write
from guanxi.kernel.actor import SYSTEM
from guanxi.kernel.write import titles
from guanxi.org import actors
from guanxi.org.models import Assignment
from guanxi.surfaces.exchange.importing import committing, opening, targets, undoing
from guanxi.surfaces.exchange.models import ImportRow
from tests.exchange.company import CONTACTS, CUSTOMERS, Company, Make, bring_in, perform, plans, preview, upload


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
    path = file_of(
        csv("公司名称,联系人,手机", "云深,王一,13800006021", "云深,李二,13800006022", "海曙,王一,13800006023", "云深,王一,13800006021")
    )
    run = preview(path, company.actor("sales"))
    assert run.mapping == {"0": "name", "1": "contacts.name", "2": "contacts.mobile"}
    assert [action for action, _message in plans(run).values()] == ["create", "child", "create", "skip"]
    bring_in(path, company.actor("sales"))
    assert sorted(Contact.objects.values_list("customer__name", "name")) == [("云深", "李二"), ("云深", "王一"), ("海曙", "王一")]
    assert Customer.objects.get(name="云深").contact_count == 2


def test_an_import_is_taken_back_except_what_people_have_worked_on(company: Company, file_of: Make) -> None:
    sales = company.actor("sales")
    old = write.create(CUSTOMERS, {"name": "旧客户", "remark": "before"}, actor=sales, door="form")
    lines = ("名称,备注,联系人", "云深,a,王一", "海曙,b,", "慈溪,c,", "旧客户,after,")
    run = bring_in(file_of(csv(*lines)), sales, policy="update")
    assert sorted(ImportRow.objects.filter(run=run).values_list("result", flat=True)) == ["created", "created", "created", "updated"]
    write.update(Customer.objects.get(name="海曙"), {"remark": "worked on"}, actor=sales, door="form")
    kept_by_child = Customer.objects.get(name="慈溪")
    write.create(CONTACTS, {"name": "赵六", "customer": kept_by_child.id}, actor=sales, door="form")
    run = perform(run, undoing.begin(run, sales))
    assert run.state == "undone"
    assert set(Customer.objects.filter(deleted_at=None).values_list("name", flat=True)) == {"旧客户", "海曙", "慈溪"}
    assert list(Contact.objects.filter(deleted_at=None).values_list("name", flat=True)) == ["赵六"]
    old.refresh_from_db()
    assert old.remark == "before"
    found = {r.title: (r.result, r.message) for r in ImportRow.objects.filter(run=run)}
    assert found["云深"][0] == "undone"
    assert found["海曙"] == ("kept", "Edited since: Remark.")
    assert found["慈溪"] == ("kept", "It has Contacts by now.")


def test_an_import_that_is_cancelled_keeps_and_lists_what_it_wrote_and_can_go_on(
    company: Company, file_of: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    sales = company.actor("sales")
    run = preview(file_of(csv("名称", *(f"客户{n}" for n in range(30)))), sales)
    job = committing.begin(run, sales)
    monkeypatch.setattr(committing, "FIRST", 10)
    settle = committing.settle

    def settle_and_stop(*given: object) -> None:
        settle(*given)  # type: ignore[arg-type]
        jobs.cancel(job)

    monkeypatch.setattr(committing, "settle", settle_and_stop)
    run = perform(run, job)
    job.refresh_from_db()
    assert (run.state, job.state, job.message) == ("cancelled", "cancelled", "Cancelled. Until then: 10 created, 0 updated.")
    assert ImportRow.objects.filter(run=run, result="created").count() == Customer.objects.count() == 10
    monkeypatch.undo()
    run = perform(run, committing.begin(run, sales))
    assert (run.state, Customer.objects.count()) == ("done", 30)


def test_one_refused_row_does_not_keep_its_neighbours_out(company: Company, file_of: Make) -> None:
    """Somebody takes a name between preview and commit."""
    sales = company.actor("sales")
    run = preview(file_of(csv("名称", *(f"客户{n}" for n in range(20)))), sales)
    write.create(CUSTOMERS, {"name": "客户7"}, actor=company.actor("sales2"), door="form")
    run = perform(run, committing.begin(run, sales))
    assert list(ImportRow.objects.filter(run=run, result="error").values_list("title", flat=True)) == ["客户7"]
    assert Customer.objects.count() == 20


def test_the_same_company_twice_in_the_file_is_one_customer(company: Company, file_of: Make) -> None:
    found = plans(preview(file_of(csv("名称", "云深（杭州）", "云深(杭州)", "海曙")), company.actor("sales")))
    assert found[3] == ("skip", "The same record as in row 2.")
    assert [action for action, _m in found.values()] == ["create", "skip", "create"]


def test_names_of_other_records_are_refused_or_created_as_chosen(company: Company, file_of: Make) -> None:
    sales = company.actor("sales")
    path = file_of(csv("名称,上级公司", "云深一,云深集团", "云深二,云深集团"))
    refused = plans(preview(path, sales))
    assert all("There is no “Customer” called “云深集团”" in message for _action, message in refused.values())
    bring_in(path, sales, lookups="create")
    group = Customer.objects.get(name="云深集团")
    assert set(Customer.objects.filter(parent=group).values_list("name", flat=True)) == {"云深一", "云深二"}


def test_records_of_others_are_not_changed_by_an_import(company: Company, file_of: Make) -> None:
    theirs = write.create(CUSTOMERS, {"name": "云深", "remark": "theirs"}, actor=company.actor("sales2"), door="form")
    path = file_of(csv("Record ID,名称,备注", f"{theirs.id},云深,mine", ",云深,mine"))
    found = plans(preview(path, company.actor("sales"), policy="update"))
    assert {action for action, _message in found.values()} == {"error"}
    assert found[2][1] == "There is no record with this ID that you may see."
    assert "is taken by “云**”" in found[3][1]


def test_the_mapping_that_a_person_confirmed_is_offered_again_to_him_alone(company: Company, file_of: Make) -> None:
    sales = company.actor("sales")
    headings = ["甲", "乙"]
    targets.remember(CUSTOMERS, sales, headings, {"0": "name", "1": "remark"}, {"policy": "update"})
    run = opening.keep(CUSTOMERS, sales, upload(file_of(csv("甲,乙", "云深,x"))))
    assert (run.mapping, run.options["policy"]) == ({"0": "name", "1": "remark"}, "update")
    other = opening.keep(CUSTOMERS, company.actor("sales2"), upload(file_of(csv("甲,乙", "云深,x"))))
    assert other.mapping == {}


def test_every_encoding_of_the_same_list_imports_to_the_same_values(company: Company, shared_data: Path) -> None:
    sales = company.actor("sales")
    seen = {}
    for path in sorted((shared_data / "encodings_derived").glob("companies_2000*")):
        run = preview(path, sales, mapping={"0": "name", "1": "uscc", "4": "region", "6": "address"})
        rows = ImportRow.objects.filter(run=run).order_by("number")
        seen[path.name] = [(r.action, r.values, r.message) for r in rows if r.title]
        assert rows.filter(action="create").count() > 1_900
    full = {name: rows for name, rows in seen.items() if "1990" not in name}
    some = {name: rows for name, rows in seen.items() if "1990" in name}
    assert len(full) >= 5
    assert len(some) >= 3
    for group in (full, some):
        first = next(iter(group.values()))
        assert all(rows == first for rows in group.values()), [name for name, rows in group.items() if rows != first]


def test_a_new_customer_that_looks_like_an_old_one_is_pointed_out_but_not_refused(company: Company, file_of: Make) -> None:
    write.create(CUSTOMERS, {"name": "杭州云深科技有限公司"}, actor=company.actor("sales2"), door="form")
    found = plans(preview(file_of(csv("名称", "云深科技(杭州)有限公司", "宁波海曙贸易有限公司")), company.actor("sales")))
    # the name of a record that one may not see is masked
    assert found == {2: ("create", "Similar to “杭州****公司”, owned by 何青."), 3: ("create", "")}


def test_an_import_whose_job_fails_keeps_what_it_wrote_and_can_go_on(
    company: Company, file_of: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    sales = company.actor("sales")
    run = preview(file_of(csv("名称", *(f"客户{n}" for n in range(20)))), sales)
    job = committing.begin(run, sales)
    monkeypatch.setattr(committing, "FIRST", 10)
    settle = committing.settle

    def settle_once(run: object, progress: jobs.Progress, rows: object) -> None:
        if progress.done:
            raise RuntimeError("the disk is full")
        settle(run, progress, rows)  # type: ignore[arg-type]

    monkeypatch.setattr(committing, "settle", settle_once)
    jobs.run(job.pk)
    job.refresh_from_db()
    run.refresh_from_db()
    assert (job.state, run.state, Customer.objects.count()) == ("failed", "cancelled", 10)
    monkeypatch.undo()
    assert perform(run, committing.begin(run, sales)).state == "done"
    assert Customer.objects.count() == 20


def test_a_right_that_is_taken_away_ends_an_import_that_still_waits(company: Company, file_of: Make) -> None:
    run = preview(file_of(csv("名称", "云深")), company.actor("sales"))
    job = committing.begin(run, company.actor("sales"))
    Assignment.objects.filter(user=company.users["sales"]).delete()
    actors.forget()
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.message) == ("failed", "You may not import these records any more.")
    assert not Customer.objects.exists()


def test_phones_go_to_whom_they_stand_beside(company: Company, file_of: Make) -> None:
    run = opening.keep(
        CUSTOMERS, company.actor("sales"), upload(file_of(csv("公司名称,电话,联系人,手机", "云深,0571-88881234,王一,13800006021")))
    )
    assert run.mapping == {"0": "name", "1": "phone", "2": "contacts.name", "3": "contacts.mobile"}


@pytest.mark.usefixtures("unshaped")
def test_a_row_without_a_title_is_called_by_the_proposal_in_preview_and_record(company: Company, file_of: Make) -> None:
    titles.change(CUSTOMERS, "{{parent}}{{remark}}", actor=SYSTEM)
    sales = company.actor("sales")
    path = file_of(csv("客户名称,备注,电话,上级公司", ",杭州云深,13800006021,", ",,13800006022,", "自有名称,,,", ",,13800006023,云深集团"))
    assert [action for action, _message in plans(preview(path, sales)).values()] == ["create", "error", "create", "error"]
    run = preview(path, sales, lookups="create")
    assert [action for action, _message in plans(run).values()] == ["create", "error", "create", "create"]
    assert ImportRow.objects.get(run=run, number=2).title == "杭州云深"
    perform(run, committing.begin(run, sales))
    assert {"杭州云深", "自有名称", "云深集团"} <= set(Customer.objects.values_list("name", flat=True))
