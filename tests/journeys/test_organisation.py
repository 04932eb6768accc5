"""An administrator takes the departments out, adds one in the file and brings them in; somebody gives himself a picture."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from PIL import Image
from playwright.sync_api import expect

from tests.journeys.desk import Desk, Enter, fresh, still


def seen(desk: Desk, name: str) -> None:
    """A picture of the page, for whoever asks for one."""
    if folder := os.environ.get("LOOK"):
        still(desk.page)
        for width in (1440, 390):
            desk.page.set_viewport_size({"width": width, "height": 900})
            desk.page.screenshot(path=f"{folder}/{name}-{width}.png")
        desk.page.set_viewport_size({"width": 1440, "height": 900})


@pytest.mark.feature("HRM-01")
def test_departments_leave_as_a_workbook_and_come_back_with_one_more(enter: Enter, tmp_path: Path) -> None:
    admin, name = enter("admin"), fresh("海外业务部")
    admin.go("/admin/departments/")
    seen(admin, "departments")
    with admin.page.expect_download() as download:
        admin.page.get_by_role("link", name="导出").click()
    place = tmp_path / "back.xlsx"
    download.value.save_as(place)
    book = load_workbook(place)
    sheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    new = {"部门名称": name, "上级部门编码": sheet.cell(2, heads.index("编码") + 1).value}
    sheet.append([new.get(head) for head in heads])
    book.save(place)
    admin.page.get_by_role("link", name="导入").click()
    seen(admin, "import")
    admin.page.locator("input[type=file]").set_input_files(place)
    admin.page.get_by_role("button", name="下一步").click()
    expect(admin.page.locator("main")).to_contain_text("新增 1 项，变更 0 项")
    expect(admin.page.locator("#list tbody tr", has_text=name)).to_contain_text("隶属于")
    seen(admin, "preview")
    admin.page.get_by_role("button", name="导入", exact=True).click()
    expect(admin.page.locator("#list")).to_contain_text(name)


@pytest.mark.feature("USR-13")
def test_a_picture_of_oneself_is_drawn_and_taken_away_again(enter: Enter) -> None:
    desk = enter("sales2")
    body = BytesIO()
    Image.new("RGB", (300, 200), "teal").save(body, "PNG")
    desk.go("/settings/")
    desk.page.locator("input[name=picture]").set_input_files({"name": "ich.png", "mimeType": "image/png", "buffer": body.getvalue()})
    desk.page.get_by_role("button", name="上传").click()
    face = desk.page.locator("main .ava img")
    expect(face).to_be_visible()
    desk.page.wait_for_function("document.querySelector('main .ava img').naturalWidth === 256")
    expect(desk.page.locator(".top .ava.me img")).to_be_visible()
    seen(desk, "settings")
    desk.page.get_by_role("button", name="移除头像").click()
    expect(face).to_have_count(0)
