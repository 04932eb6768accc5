"""An administrator makes a template with a stamp beside a look at the print, and a salesman prints his customer by it."""

from __future__ import annotations

import base64
import os
import re
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Locator, expect
from pypdf import PdfReader

from tests.journeys.desk import Desk, Enter, fresh

#: A folder for pictures of what is seen, for who wants to look.
SHOTS = os.environ.get("GUANXI_SHOTS", "")


def shot(desk: Desk, name: str) -> None:
    if SHOTS:
        desk.page.screenshot(path=str(Path(SHOTS) / f"{name}.png"))


def reds(look: Locator) -> int:
    """How much red there is on the first page of a look at a print."""
    source = look.locator("img").first.get_attribute("src") or ""
    with Image.open(BytesIO(base64.b64decode(source.partition(",")[2]))) as image:
        return sum(count for count, (r, g, _b) in image.convert("RGB").getcolors(1 << 24) or () if r > 150 and g < 90)  # type: ignore[misc]


def stamp() -> bytes:
    image = Image.new("RGBA", (300, 300), (0, 0, 0, 0))
    ImageDraw.Draw(image).ellipse((10, 10, 290, 290), outline=(200, 20, 30, 255), width=14)
    body = BytesIO()
    image.save(body, "PNG")
    return body.getvalue()


@pytest.mark.feature("UI-06")
def test_a_template_with_a_stamp_is_made_by_hand_and_printed(enter: Enter) -> None:
    admin, clerk = enter("business"), enter("sales")
    name, mark, customer = fresh("盖章信息表"), fresh("合同专用章"), fresh("云深机电有限公司")
    number = clerk.customer(customer, phone="13812345678")
    begun(admin, name)
    stamped(admin, mark)
    filled(admin, mark)
    mended_and_saved(admin)
    shown_with(admin, customer, number)
    printed_alone(clerk, name, customer, number)
    printed_together(clerk, name)


def begun(admin: Desk, name: str) -> None:
    """An empty sheet for customers, with a look beside it."""
    page = admin.page
    admin.go("/admin/prints/")
    page.get_by_role("link", name="新建模板").first.click()
    page.select_option("#f-of", label="客户")
    page.fill("#f-zh", name)
    page.get_by_label("空白页").check()
    page.get_by_role("button", name="新建", exact=True).click()
    expect(page.locator("#look img")).to_have_count(1)


def stamped(admin: Desk, mark: str) -> None:
    """A stamp is uploaded."""
    page = admin.page
    page.locator("summary", has_text="图片与印章").click()
    page.locator("#f-picture").set_input_files({"name": f"{mark}.png", "mimeType": "image/png", "buffer": stamp()})
    page.get_by_role("button", name="上传").click()
    expect(page.locator("#pictures figure", has_text=mark)).to_be_visible()
    admin.press("Escape")


def filled(admin: Desk, mark: str) -> None:
    """Blocks come, get tags, change places and go; the stamp is red on the look."""
    page = admin.page
    look, add, blocks = page.locator("#look"), page.get_by_role("group", name="添加内容块"), page.locator("[data-blocks] > li")
    add.get_by_role("button", name="文字", exact=True).click()
    blocks.nth(0).locator("textarea").fill("兹证明：")
    page.locator("[data-tag]").select_option("name")
    expect(blocks.nth(0).locator("textarea")).to_have_value("兹证明：{{name}}")
    add.get_by_role("button", name="字段", exact=True).click()
    for tag in ("number", "phone"):
        page.locator("[data-tag]").select_option(tag)
    expect(blocks.nth(1).locator("textarea")).to_have_value("{{number}}\n{{phone}}")
    add.get_by_role("button", name="横线").click()
    blocks.nth(2).get_by_role("button", name="上移").click()
    expect(blocks.nth(1)).to_contain_text("横线")
    blocks.nth(1).get_by_role("button", name="移除").click()
    expect(blocks).to_have_count(2)
    with page.expect_response("**/look/"):
        add.get_by_role("button", name="印章").click()
    blocks.nth(2).locator("select").select_option(label=mark)
    expect(look.locator(".note")).to_have_count(0)
    page.wait_for_function("() => !document.querySelector('#look.htmx-request')")
    page.wait_for_timeout(1_500)
    assert reds(look) > 200
    shot(admin, "print-editor")


def mended_and_saved(admin: Desk) -> None:
    """A tag that there is not is named at once."""
    page, look = admin.page, admin.page.locator("#look")
    text = page.locator("[data-blocks] > li").nth(0).locator("textarea")
    text.fill("{{nmae}}")
    expect(look.locator(".note")).to_contain_text("nmae")
    text.fill("兹证明：{{name}}，{{today|date}}")
    expect(look.locator(".note")).to_have_count(0)
    page.get_by_role("button", name="保存", exact=True).click()
    expect(admin.toast("已保存为第 2 版")).to_be_visible()


def shown_with(admin: Desk, customer: str, number: int) -> None:
    """The look shows a record that is chosen, and so does the sample print."""
    page, look = admin.page, admin.page.locator("#look")
    samples = look.locator("img").first.get_attribute("src") or ""
    admin.pick(page.locator("#f-sample"), customer)
    expect(look.locator("img").first).not_to_have_attribute("src", samples)
    shot(admin, "print-sample")
    expect(page.locator("[data-sample]")).to_have_attribute("href", re.compile(f"record={number}$"))


def printed_alone(clerk: Desk, name: str, customer: str, number: int) -> None:
    """From the record, in a window of its own."""
    clerk.go(f"/customers/{number}/")
    clerk.page.locator("main .head summary[aria-label=更多]").click()
    clerk.page.get_by_role("button", name="打印", exact=True).click()
    link = clerk.modal.get_by_role("link", name=name)
    expect(link).to_have_attribute("target", "_blank")
    shot(clerk, "print-choice")
    answer = clerk.page.context.request.get(link.get_attribute("href") or "")
    assert answer.headers["content-type"] == "application/pdf"
    text = "".join(PdfReader(BytesIO(answer.body())).pages[0].extract_text().split())
    assert f"兹证明：{customer}" in text
    assert "13812345678" in text
    if SHOTS:
        (Path(SHOTS) / "print.pdf").write_bytes(answer.body())


def printed_together(clerk: Desk, name: str) -> None:
    """Two of the list."""
    clerk.go("/customers/?view=mine&layout=table")
    clerk.rows.nth(0).locator("[data-select]").check()
    clerk.rows.nth(1).locator("[data-select]").check()
    clerk.page.locator("[data-bulk]").get_by_role("button", name="打印").click()
    clerk.modal.get_by_label(name).check()
    sent = lambda request: request.method == "POST" and "/customers/_print/" in request.url
    with clerk.page.context.expect_event("request", sent) as event:
        clerk.modal.get_by_role("button", name="打印", exact=True).click()
    answered = event.value.response()
    assert answered.status == 200
    assert answered.headers["content-type"] == "application/pdf"
