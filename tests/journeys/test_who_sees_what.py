"""What a colleague of another department, a manager, an administrator and a reader find of somebody's customer."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.journeys.desk import Desk, Enter, fresh

POST = """([url, body]) => fetch(url, {
  method: "POST", body: new URLSearchParams(body),
  headers: {"X-CSRFToken": document.querySelector("meta[name=csrf-token]").content, "HX-Request": "true"},
}).then(answer => answer.status)"""


def hits(desk: Desk, text: str) -> int:
    """How many hits the palette shows for the whole text, once it shows what was answered to it and not to its beginning."""
    desk.press("Control+k")
    desk.page.keyboard.type(text)
    expect(desk.page.locator("#palette")).to_have_attribute("data-query", text)
    return desk.page.locator("#palette .hit", has_text=text).count()


def test_a_customer_of_another_department_does_not_exist(enter: Enter) -> None:
    owner, stranger, name = enter("sales"), enter("sales2"), fresh("泉州刺桐鞋业")
    stranger.go("/customers/?view=all")
    total = stranger.page.locator("nav.views a.on [data-count]")
    expect(total).not_to_be_empty()
    before = total.inner_text()
    record = owner.customer(name, phone="13612340099")
    owner.go("/")
    assert hits(owner, name) == 1
    stranger.go("/")
    assert hits(stranger, name) == 0
    for path in (
        f"/customers/{record}/",
        f"/customers/{record}/edit/",
        f"/customers/{record}/_history/",
        f"/customers/{record}/_timeline/",
    ):
        assert stranger.page.request.get(path).status == 404, path
    stranger.go(f'/customers/?view=all&where=["name","is","{name}"]')
    expect(stranger.page.locator("#list")).not_to_contain_text(name)
    expect(total).to_have_text(before)
    assert stranger.page.evaluate(POST, [f"/customers/{record}/delete/", {}]) == 404
    stranger.go("/contacts/new/")
    stranger.page.locator("#f-customer").fill(name)
    expect(stranger.page.locator(".options .none, .options [data-create]").first).to_be_visible()
    expect(stranger.page.locator(".options [role=option]")).to_have_count(0)


def test_a_manager_sees_the_customers_of_his_people_and_cannot_change_them(enter: Enter) -> None:
    owner, manager, name = enter("sales"), enter("manager"), fresh("福州榕城茶叶")
    record = owner.customer(name, address="五一路三号")
    manager.go(f"/customers/{record}/")
    expect(manager.page.locator("main h1")).to_have_text(name)
    expect(manager.page.locator("main").get_by_role("link", name="编辑")).to_have_count(0)
    expect(manager.page.locator("main .pen")).to_have_count(0)
    for path, body in (
        (f"/customers/{record}/edit/", {"name": "改"}),
        (f"/customers/{record}/_field/address/", {"address": "改"}),
        (f"/customers/{record}/_stage/signed/", {}),
    ):
        assert manager.page.evaluate(POST, [path, body]) in (403, 404), path
    owner.go(f"/customers/{record}/")
    expect(owner.value("地址")).to_contain_text("五一路三号")
    expect(owner.page.locator(".path [aria-current=step]")).to_have_text("潜在")


def test_the_system_administrator_finds_no_customer_at_all(enter: Enter) -> None:
    owner, admin, name = enter("sales"), enter("admin"), fresh("珠海香洲电子")
    record = owner.customer(name)
    for path in ("/customers/", "/contacts/", "/opportunities/", f"/customers/{record}/", "/_pick/customers/"):
        assert admin.page.request.get(path).status == 404, path
    admin.go("/")
    assert hits(admin, name) == 0
    expect(admin.page.locator(".rail")).not_to_contain_text("商机")


def test_a_reader_sees_masked_numbers_and_no_way_to_lift_the_mask(enter: Enter) -> None:
    owner, reader, name = enter("sales"), enter("readonly"), fresh("中山岐江灯饰")
    record = owner.customer(name, phone="13512349876")
    reader.go(f"/customers/{record}/")
    expect(reader.page.locator("main h1")).to_have_text(name)
    assert "13512349876" not in reader.page.content().replace(" ", "")
    expect(reader.page.locator("[data-reveal-url]")).to_have_count(0)
    assert reader.page.evaluate(POST, [f"/customers/{record}/_reveal/phone/", {}]) == 404


def test_two_people_change_one_field_and_the_second_chooses_between_both_values(enter: Enter) -> None:
    one, two, name = enter("sales"), enter("business"), fresh("佛山南海铝材")
    record = one.customer(name, address="旧址")
    one.go(f"/customers/{record}/edit/")
    two.go(f"/customers/{record}/edit/")
    two.page.fill("#f-address", "他的新址")
    two.page.click(".formfoot .btnp")
    two.page.wait_for_url(f"**/customers/{record}/")
    one.page.fill("#f-address", "我的新址")
    one.page.fill("#f-email", "office@example.com")
    one.page.click(".formfoot .btnp")
    table = one.page.locator("table.conflict")
    for text in ("旧址", "他的新址", "我的新址"):
        expect(table).to_contain_text(text)
    table.get_by_label("他的新址").check()
    one.page.click(".formfoot .btnp")
    one.page.wait_for_url(f"**/customers/{record}/")
    expect(one.value("地址")).to_contain_text("他的新址")
    expect(one.page.locator("main .rec .l")).to_contain_text("office@example.com")


def test_two_people_change_different_fields_and_both_changes_stay(enter: Enter) -> None:
    one, two = enter("sales"), enter("business")
    record = one.customer(fresh("东莞莞城玩具"), address="旧址")
    one.go(f"/customers/{record}/edit/")
    two.go(f"/customers/{record}/edit/")
    two.page.fill("#f-address", "新址")
    two.page.click(".formfoot .btnp")
    two.page.wait_for_url(f"**/customers/{record}/")
    one.page.fill("#f-email", "hello@example.com")
    one.page.click(".formfoot .btnp")
    one.page.wait_for_url(f"**/customers/{record}/")
    expect(one.value("地址")).to_contain_text("新址")
    expect(one.page.locator("main .rec .l")).to_contain_text("hello@example.com")
