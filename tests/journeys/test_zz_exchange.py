from pathlib import Path
from typing import Any
import pytest
from tests.journeys.desk import Enter

def test_look(enter: Enter, tmp_path: Path) -> None:
    desk = enter("sales")
    p = desk.page
    out = Path("/tmp/shots"); out.mkdir(exist_ok=True)
    lines = ["公司名称,级别,电话,地区,联系人,手机,备注"]
    for n in range(400):
        lines.append(f"测试公司{n}科技有限公司,{'A' if n % 3 else '特级'},{'0571-8888%04d' % n if n % 10 else 'xxx'},浙江省杭州市滨江区,王{n},138000{10000+n},备注很长很长的一段话{n}")
    path = tmp_path / "客户名单.csv"
    path.write_text("\n".join(lines), "gb18030")
    desk.go("/customers/import/")
    p.screenshot(path=out/"1.png")
    p.set_input_files('input[type=file]', str(path))
    p.wait_for_url("**/import/*/", timeout=20000)
    p.wait_for_timeout(500)
    p.screenshot(path=out/"2.png", full_page=True)
    p.click(".formfoot .btnp")
    p.wait_for_timeout(1500)
    p.screenshot(path=out/"3.png")
    try:
        p.wait_for_selector("table.plan", timeout=60000)
    except Exception as e: print(e)
    p.wait_for_timeout(500)
    p.screenshot(path=out/"4.png")
    p.set_viewport_size({"width":390,"height":844}); p.screenshot(path=out/"4m.png"); p.set_viewport_size({"width":1440,"height":900})
    p.select_option('select[name="level:0"]', "A")
    p.click('form[action$="words/"] button')
    p.wait_for_timeout(1000)
    p.wait_for_selector("table.plan", timeout=60000)
    p.click('form[action$="commit/"] button')
    p.wait_for_timeout(1200)
    p.screenshot(path=out/"5.png")
    p.wait_for_selector('form[action$="undo/"]', timeout=60000)
    p.screenshot(path=out/"6.png")
    desk.go("/customers/")
    p.wait_for_timeout(500)
    p.locator('[href*="/export/"]').first.click()
    p.wait_for_timeout(1500)
    p.screenshot(path=out/"7.png")
    desk.go("/jobs/")
    p.wait_for_timeout(500)
    p.screenshot(path=out/"8.png")
