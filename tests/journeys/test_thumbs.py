"""On a phone the four things one does with a record lie below its name, under the thumb."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.journeys.desk import Enter, fresh
from tests.journeys.finger import PHONE


def test_a_customer_is_called_written_about_and_grown_with_one_thumb(enter: Enter) -> None:
    desk, name = enter("sales", **PHONE), fresh("桐乡乌镇")
    record = desk.customer(name, phone="13800006021")
    quick = desk.page.locator("main nav.quick")
    expect(quick.locator("a, button")).to_have_text(["拨打", "跟进", "新建联系人", "新建商机"])
    desk.page.locator("main .rectabs [data-rec=l]").tap()
    quick.get_by_role("button", name="跟进").tap()
    expect(desk.page.locator("main #stream textarea")).to_be_focused()
    expect(desk.page.locator("main .rectabs [data-rec=r]")).to_have_class("on")
    quick.get_by_role("button", name="新建联系人").tap()
    expect(desk.modal).to_be_visible()
    desk.press("Escape")
    expect(desk.modal).to_be_hidden()
    # Last: a browser without a telephone stands still before the dialler that never comes.
    with desk.page.expect_response(f"**/customers/{record}/_reveal/phone/") as revealed:
        quick.get_by_role("button", name="拨打").tap()
    assert revealed.value.json()["number"].replace(" ", "").endswith("13800006021")


def test_the_buttons_of_a_cell_with_many_ticks_stay_within_its_card(enter: Enter) -> None:
    desk = enter("sales")
    desk.customer(fresh("桐乡濮院"))
    pen = desk.page.get_by_role("button", name="编辑 标签", exact=True)
    pen.scroll_into_view_if_needed()
    pen.click()
    form, card = desk.page.locator("main form.editing"), desk.page.locator("main details.card0", has=desk.page.locator("form.editing"))
    cancel = form.locator("[data-cancel]").bounding_box()
    around = card.bounding_box()
    assert cancel
    assert around
    assert cancel["x"] + cancel["width"] <= around["x"] + around["width"]


def test_who_edits_on_a_phone_still_reads_the_label(enter: Enter) -> None:
    desk = enter("sales", **PHONE)
    desk.customer(fresh("桐乡崇福"))
    desk.page.locator("main .rectabs [data-rec=l]").tap()
    desk.page.get_by_role("button", name="编辑 统一社会信用代码", exact=True).tap()
    label = desk.page.locator("main .dl > div", has=desk.page.locator("form.editing")).locator("> span")
    field = desk.page.locator("main form.editing input:not([type=hidden])")
    expect(field).to_be_focused()
    above, below = label.bounding_box(), field.bounding_box()
    assert above
    assert below
    assert above["y"] + above["height"] <= below["y"]
    assert above["x"] >= 0
