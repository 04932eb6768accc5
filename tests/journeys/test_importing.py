"""A customer list comes in through the wizard, in a browser."""

from __future__ import annotations

import csv
import io
import lzma
import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.desk import Desk, Enter, fresh

REPOSITORY = Path(__file__).resolve().parents[2]
LONG = 240_000


def bring(desk: Desk, name: str, body: bytes, *, patience: int = 30_000) -> None:
    """Choose the file, take the offered mapping, look at the plan, and import."""
    desk.go("/customers/import/")
    desk.page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "text/csv", "buffer": body})
    desk.page.wait_for_url(re.compile(r"/import/\d+/$"))
    desk.page.locator("#plan .formfoot .btnp").click()
    go = desk.page.locator('#import form[action$="/commit/"] .btnp')
    expect(go).to_be_visible(timeout=patience)
    go.click()
    expect(desk.page.locator("#import .note").first).to_be_visible(timeout=patience)


@pytest.mark.feature("CUS-21")
def test_a_small_file_is_imported_found_exported_and_taken_back(enter: Enter) -> None:
    desk, word = enter("sales"), fresh("大理苍山")
    text = f"客户名称,电话,级别\n{word}玉石,0872-2123456,A 重点\n{word}银器,0872-2123457,B 普通\n,0872-2123458,A 重点\n"
    bring(desk, "客户.csv", text.encode("gb18030"))
    address = f'/customers/?view=mine&where=["name","contains","{word}"]'
    desk.page.context.storage_state()
    back = desk.page.url
    desk.go(address)
    expect(desk.rows).to_have_count(2)
    expect(desk.row(f"{word}玉石")).to_contain_text("A 重点")
    desk.page.locator("main .head").get_by_role("link", name="导出").click()
    expect(desk.modal).to_be_visible()
    desk.go(back)
    desk.page.locator('#import form[action$="/undo/"] button').click()
    desk.agree()
    expect(desk.page.locator("#import .note b")).to_have_text("已撤销", timeout=60_000)  # the worker has said so
    desk.go(address)
    expect(desk.rows).to_have_count(0)


@pytest.fixture(scope="module")
def companies() -> bytes:
    place = Path(os.environ.get("GUANXI_SHARED_DATA") or REPOSITORY.parent / "shared" / "data") / "cn_companies"
    files = sorted(place.glob("companies*.csv.xz"))
    if not files:
        pytest.skip(f"The real companies are not at {place}; GUANXI_SHARED_DATA may name their folder.")
    return lzma.decompress(files[0].read_bytes())


@pytest.mark.feature("CUS-21")
def test_twenty_thousand_real_companies_come_in_and_are_found_by_fragment_pinyin_and_initials(enter: Enter, companies: bytes) -> None:
    desk = enter("business")
    names = [row["企业名称"] for row in csv.DictReader(io.StringIO(companies.decode("utf-8-sig")))]
    assert len(names) == 20_000
    bring(desk, "companies.csv", companies, patience=LONG)
    expect(desk.page.locator("#import .note").first).to_contain_text(re.compile("完成|已导入"))
    known = "乐平市中气能环保科技有限公司"
    assert known in names
    for text in ("中气能", "zhongqineng", "zqnhb"):
        desk.go("/")
        desk.press("Control+k")
        desk.page.keyboard.type(text)
        expect(desk.page.locator("#palette .hit", has_text=known)).to_be_visible()
    desk.go("/customers/new/")
    hints = desk.page.locator("#dups li")
    desk.page.locator("#f-name").press_sequentially("江西乐平中气能环保科技有限责任公司", delay=5)
    expect(hints.filter(has_text=known)).to_have_count(1)
    desk.page.fill("#f-name", "")
    desk.page.locator("#f-name").press_sequentially("乐平市中汽能源贸易有限公司", delay=5)
    expect(hints.filter(has_text=known)).to_have_count(0)
