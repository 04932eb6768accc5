"""The wizard as a browser walks it, and the doors that are closed to others."""

from __future__ import annotations

import pytest

from guanxi.customers.entities.customer import Customer
from guanxi.kernel.models import Job
from guanxi.surfaces.exchange.models import ImportRun
from tests.exchange.company import Company, Make, browser, upload, work
from tests.exchange.test_importing import csv


@pytest.mark.feature("CUS-21")
def test_a_customer_list_comes_in_through_the_wizard(company: Company, file_of: Make) -> None:
    client = browser(company, "sales")
    path = file_of(csv("客户名称,电话,级别,备注", "云深,13800006021,A,x", "海曙,none,B,y", "慈溪,0574-88881234,特级,z"))
    assert "Drop a file" in client.get("/customers/import/").content.decode()
    answer = client.post("/customers/import/", {"file": upload(path)})
    assert answer.status_code == 302
    run_url = answer["Location"]
    page = client.get(run_url).content.decode()
    assert '<option value="phone" selected>' in page
    answer = client.post(
        f"{run_url}plan/", {"c0": "name", "c1": "phone", "c2": "level", "c3": "remark", "match": ["name"], "policy": "skip"}
    )
    assert answer.status_code == 302
    assert f'hx-get="{run_url}look/"' in client.get(run_url).content.decode()
    work()
    page = client.get(f"{run_url}look/").content.decode()
    assert "hx-trigger" not in page
    assert "特级" in page
    assert "Give a phone number" in page
    client.post(f"{run_url}words/", {"plan": ImportRun.objects.get().plan_job, "level:0": "A"})
    work()
    assert ImportRun.objects.get().counts == {"create": 2, "error": 1}
    client.post(f"{run_url}commit/")
    client.post(f"{run_url}commit/")
    assert Job.objects.filter(kind="import.commit").count() == 1
    work()
    assert sorted(Customer.objects.values_list("name", flat=True)) == ["云深", "慈溪"]
    page = client.get(run_url).content.decode()
    assert "Take the import back" in page
    answer = client.get(f"{run_url}errors/")
    assert answer.status_code == 200
    client.post(f"{run_url}undo/")
    work()
    assert not Customer.objects.filter(deleted_at=None).exists()
    assert client.get(run_url).status_code == 200
    assert "Earlier imports" in client.get("/customers/import/").content.decode()


def test_a_broken_file_is_refused_with_a_reason_and_leaves_nothing(company: Company, file_of: Make) -> None:
    client = browser(company, "sales")
    answer = client.post("/customers/import/", {"file": upload(file_of(b"%PDF-1.7 nonsense", "list.xlsx"))})
    assert answer.status_code == 422
    assert "PDF" in answer.content.decode()
    assert not ImportRun.objects.exists()


def test_to_others_an_import_does_not_exist(company: Company, file_of: Make) -> None:
    client = browser(company, "sales")
    run_url = client.post("/customers/import/", {"file": upload(file_of(csv("客户名称", "云深")))})["Location"]
    other = browser(company, "sales2")
    for part in ("", "look/", "errors/"):
        assert other.get(run_url + part).status_code == 404
    for part in ("plan/", "commit/", "cancel/", "undo/", "words/", "sheet/"):
        assert other.post(run_url + part).status_code == 404
    reader = browser(company, "finance")
    assert reader.get("/customers/import/").status_code == 404
    assert reader.post("/customers/import/", {"file": upload(file_of(csv("客户名称", "云深")))}).status_code == 404
    assert ImportRun.objects.get().state == "draft"
    assert not Customer.objects.exists()


@pytest.mark.feature("CUS-04")
def test_what_is_imported_waits_where_the_role_asks_for_review(company: Company, file_of: Make) -> None:
    from guanxi.kernel import drafts
    from guanxi.kernel.draft import Draft
    from guanxi.org.models import Grant

    Grant.objects.filter(role__code="sales", entity="customers.customer").update(review="role:director")
    actor = company.actor("sales")
    assert actor.reviewed
    client = browser(company, "sales")
    run_url = client.post("/customers/import/", {"file": upload(file_of(csv("客户名称", "云深", "海曙", "云深")))})["Location"]
    client.post(f"{run_url}plan/", {"c0": "name", "match": ["name"], "policy": "skip"})
    work()
    client.post(f"{run_url}commit/")
    work()
    assert Customer._default_manager.count() == 0
    page = client.get(run_url).content.decode()
    assert "2 sent for review" in page
    assert sorted(Draft.objects.values_list("title", "door")) == [("云深", "import"), ("海曙", "import")]
    for number in Draft.objects.values_list("number", flat=True):
        drafts.approve(number, "", actor=company.actor("director"))
    assert Customer._default_manager.count() == 2
