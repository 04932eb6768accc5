"""Papers are put to a record and looked at where they lie."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests import papers
from tests.journeys.desk import Desk, Enter, fresh
from tests.journeys.finger import PHONE

#: Whether a leaf bears black and white, that is: was drawn.
DRAWN = """canvas => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let dark = 0, light = 0;
  for (let i = 0; i < data.length; i += 4) { if (data[i] < 40) dark += 1; else if (data[i] > 215) light += 1; }
  return [dark, light].every((part) => part > data.length / 4 / 50);
}"""


def put(desk: Desk, name: str, body: bytes) -> None:
    with desk.page.expect_response(lambda r: "/_files/" in r.url and r.request.method == "POST"):
        desk.page.locator("#files [name=files]").set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": body})
    expect(desk.page.locator(".files a.cut", has_text=name)).to_be_visible()


def of_pdf(page: Page) -> list[str]:
    """What the page has loaded for the sake of PDFs."""
    names: list[str] = page.evaluate("performance.getEntriesByType('resource').map((entry) => new URL(entry.name).pathname)")
    return [name for name in names if re.search(r"/built/(part-pdf|part-viewer|pdf-)", name)]


@pytest.mark.feature("OPP-03")
def test_a_contract_and_its_drawing_are_read_beside_the_opportunity(enter: Enter) -> None:
    desk, firm = enter("sales"), fresh("衢州信安纸业")
    desk.customer(firm)
    desk.opportunity(f"{firm}造纸机", firm)
    put(desk, "图纸.pdf", papers.pdf(3))
    put(desk, "合同.docx", papers.docx(papers.paragraph("第一条", "1"), "<b>保密</b> 条款"))
    assert not of_pdf(desk.page)
    desk.page.locator(".files a.cut", has_text="合同.docx").click()
    expect(desk.modal.locator(".reading .headline")).to_have_text("第一条")
    expect(desk.modal.locator(".reading p").first).to_have_text("<b>保密</b> 条款")
    assert not [name for name in of_pdf(desk.page) if "pdf" in name]
    desk.press("ArrowRight")
    expect(desk.modal.locator("h2")).to_have_text("图纸.pdf")
    leaves = desk.modal.locator(".leaf")
    expect(leaves).to_have_count(3)
    expect(leaves.first.locator(".leaf-text")).to_contain_text("Page 1")
    assert leaves.first.locator("canvas").evaluate(DRAWN)
    leaves.last.scroll_into_view_if_needed()
    expect(leaves.last.locator(".leaf-text")).to_contain_text("Page 3")
    with desk.page.expect_download() as coming:
        desk.modal.get_by_role("link", name="下载 图纸.pdf").click()
    assert coming.value.suggested_filename == "图纸.pdf"
    desk.press("ArrowLeft")
    expect(desk.modal.locator("h2")).to_have_text("合同.docx")
    desk.press("Escape")
    expect(desk.modal).to_be_hidden()
    expect(desk.page.locator(".files a.cut", has_text="合同.docx")).to_be_focused()
    assert not desk.faults


def test_a_pdf_with_a_password_and_a_broken_one_are_offered_to_download_on_a_dark_phone(enter: Enter) -> None:
    desk = enter("sales", viewport={"width": 390, "height": 844}, color_scheme="dark", has_touch=True)
    desk.customer(fresh("丽水瓯江竹木"))
    desk.page.locator("[data-rec=l]").click()
    put(desk, "锁住.pdf", papers.pdf(locked=True))
    put(desk, "坏的.pdf", b"%PDF-1.4\nnothing of a document")
    desk.page.locator(".files a.cut", has_text="坏的.pdf").click()
    expect(desk.modal.locator(".viewer")).to_contain_text("无法在这里显示")
    desk.modal.get_by_role("link", name="下一个文件").click()
    expect(desk.modal.locator(".viewer")).to_contain_text("设有密码")
    expect(desk.modal.locator(".viewer a[download]")).to_be_visible()
    assert desk.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    desk.modal.locator("button[data-close]").first.click()
    expect(desk.modal).to_be_hidden()
    assert not desk.faults


def test_the_pages_of_a_pdf_are_made_larger_smaller_and_as_wide_as_the_window(enter: Enter) -> None:
    desk = enter("sales")
    desk.customer(fresh("遂昌龙谷纸业"))
    put(desk, "说明.txt", b"words")
    put(desk, "图纸.pdf", papers.pdf(3))
    desk.page.locator(".files a.cut", has_text="图纸.pdf").click()
    leaf, viewer = desk.modal.locator(".leaf").first, desk.modal.locator(".viewer")
    expect(leaf.locator(".leaf-text")).to_contain_text("Page 1")
    shown, wide = desk.modal.locator("[data-zoombar] output"), "leaf => leaf.clientWidth"
    first = leaf.evaluate(wide)
    for key, size in (("-", "150%"), ("-", "125%"), ("+", "150%"), ("=", "200%"), ("+", "300%")):
        desk.press(key)
        expect(shown).to_have_text(size)
    assert leaf.evaluate(wide) == 1600 > first
    expect(leaf.locator("canvas")).to_have_js_property("width", 1600)  # drawn anew, not stretched
    expect(leaf.locator(".leaf-text")).to_contain_text("Page 1")
    assert viewer.evaluate("box => box.scrollWidth > box.clientWidth")
    before = viewer.evaluate("box => box.scrollLeft")
    desk.press("ArrowRight")  # moves the paper, not on to the next file
    desk.page.wait_for_function("before => document.querySelector('#modal .viewer').scrollLeft > before", arg=before)
    expect(desk.modal.locator("h2")).to_have_text("图纸.pdf")
    desk.modal.get_by_role("button", name="放大").click()
    expect(shown).to_have_text("400%")
    expect(desk.modal.get_by_role("button", name="放大")).to_be_disabled()
    desk.modal.get_by_role("button", name="适合宽度").click()
    assert viewer.evaluate("box => box.scrollWidth <= box.clientWidth")
    assert leaf.evaluate(wide) > 900
    desk.press("-", "-", "-", "-", "-", "-", "-")
    expect(shown).to_have_text("50%")
    expect(desk.modal.get_by_role("button", name="缩小")).to_be_disabled()
    for n in range(3):
        expect(desk.modal.locator(".leaf-text").nth(n)).to_contain_text(f"Page {n + 1}")
    desk.press("0")
    assert leaf.evaluate(wide) > 900


def test_on_a_phone_a_pdf_is_made_larger_by_its_buttons_and_by_two_fingers(enter: Enter) -> None:
    desk = enter("sales", **PHONE)
    desk.customer(fresh("松阳箬寮茶业"))
    desk.page.locator("[data-rec=l]").click()
    put(desk, "图纸.pdf", papers.pdf(2))
    desk.page.locator(".files a.cut", has_text="图纸.pdf").tap()
    leaf = desk.modal.locator(".leaf").first
    expect(leaf.locator(".leaf-text")).to_contain_text("Page 1")
    first = leaf.evaluate("leaf => leaf.clientWidth")
    desk.modal.get_by_role("button", name="放大").tap()
    expect(desk.modal.locator("[data-zoombar] output")).to_have_text("75%")
    assert leaf.evaluate("leaf => leaf.clientWidth") > first
    desk.modal.get_by_role("button", name="适合宽度").tap()
    assert desk.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    session = desk.page.context.new_cdp_session(desk.page)
    session.send("Input.synthesizePinchGesture", {"x": 195, "y": 400, "scaleFactor": 2.0})
    assert desk.page.evaluate("visualViewport.scale") > 1.5
