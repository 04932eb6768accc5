"""A print says what its template says, of what the reader may see, in fonts of our own; who printed is on record."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from PIL import Image
from pypdf import PdfReader

from guanxi.kernel import clock, jobs, write
from guanxi.kernel.models import AccessLog, Job
from guanxi.org.models import Grant, Role
from guanxi.surfaces.prints import below, document, filling, keeping, press, printing, shelf
from guanxi.surfaces.prints.document import block
from guanxi.surfaces.prints.filling import Filling
from guanxi.surfaces.prints.models import PrintTemplate
from tests.people import Cast, let
from tests.prints.sheets import CUSTOMER, EVERYTHING, Desk, printed, read, sheet, template

pytestmark = pytest.mark.django_db(transaction=False)


class TestThePaper:
    @pytest.mark.feature("UI-06")
    def test_every_block_is_on_it_in_order_as_text_and_never_as_markup(self, cast: Cast, at_desk: Desk, customer: int) -> None:
        row = template(
            cast,
            *EVERYTHING,
            header={"left": "{{name}}", "middle": "", "right": "内部"},
            footer={"left": "{{me}}", "middle": "", "right": "{{today}}"},
        )
        text = printed(at_desk(cast.owner).get(f"/customers/{customer}/_print/{row.pk}/"))
        first, second = text.split("\f")
        words = [
            "客户信息表杭州喆堃机电有限公司",
            "联系电话",
            "13812345678",
            "A重点",
            "人数大写",
            "壹仟贰佰元整",
            "#eval()*粗*$x$<b>第二行",
            "姓名",
            "职位",
            "王小明",
            "采购经理",
            "李四",
        ]
        places = [first.find(word) for word in words]
        assert -1 not in places, (dict(zip(words, places, strict=True)), first)
        assert places == sorted(places)
        assert "第1页，共2页" in first
        assert "附页" in second
        assert "第2页，共2页" in second
        assert first.startswith("杭州喆堃机电有限公司内部")
        assert "Olivia" in first

    def test_its_fonts_are_ours_and_lie_in_the_file(self, cast: Cast, customer: int) -> None:
        data = Filling(CUSTOMER, document.checked(CUSTOMER, sheet(*EVERYTHING)), cast.owner).data([customer], "x")
        reader = PdfReader(BytesIO(press.pdf(data)))
        fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]  # type: ignore[index, union-attr]
        assert fonts
        for font in fonts:
            assert "NotoSansSC" in font["/BaseFont"]
            below = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
            assert {"/FontFile2", "/FontFile3"} & below.keys()

    def test_several_records_are_one_file_each_numbered_from_one(self, cast: Cast, customer: int) -> None:
        other = write.create(CUSTOMER, {"name": "乙公司"}, actor=cast.owner, door="test").id
        wish = document.checked(CUSTOMER, sheet(block("text", text="{{name}}"), block("break"), block("text", text="尾")))
        with translation.override("zh-hans"):
            pages = read(press.pdf(Filling(CUSTOMER, wish, cast.owner).data([other, customer], "x")))
        assert [("乙公司" in page, "喆堃" in page, "第1页" in page) for page in pages] == [
            (True, False, True), (False, False, False), (False, True, True), (False, False, False)
        ]  # fmt: skip

    def test_a_stamp_lies_on_it_without_what_else_was_in_its_file(self, cast: Cast, stamp: Any, customer: int) -> None:
        made = keeping.add_picture(stamp(), actor=cast.business)
        wish = document.checked(CUSTOMER, sheet(block("text", text="{{name}}"), block("stamp", picture=made.pk, width=40, right=10, up=5)))
        data = Filling(CUSTOMER, wish, cast.owner).data([customer], "x")
        with_it, without = (
            press.pictures(each)[0]
            for each in (data, {**data, "sheets": [{**data["sheets"][0], "blocks": data["sheets"][0]["blocks"][:1]}]})
        )
        reds = [
            sum(r > 150 and g < 90 for r, g, _b in Image.open(BytesIO(body)).convert("RGB").get_flattened_data())
            for body in (with_it, without)
        ]
        assert reds[0] > 200
        assert reds[1] == 0
        assert b"secret place" not in press.pdf(data)

    def test_paper_and_margins_are_as_they_are_said(self, cast: Cast) -> None:
        wish = document.checked(CUSTOMER, sheet(block("text", text="x"), paper="a5", landscape=True))
        page = PdfReader(BytesIO(press.pdf(Filling(CUSTOMER, wish, cast.owner).data([], "x")))).pages[0]
        assert (round(page.mediabox.width), round(page.mediabox.height)) == (595, 420)

    def test_a_print_without_end_is_stopped(self) -> None:
        endless = {
            "program": "#let x = 0\n#while true { x += 1; if x > 900000000 { break } }",
            "data": {},
            "form": "pdf",
            "dots": 1,
            "pages": 0,
        }
        with pytest.raises(press.Unprinted):
            press.ask(
                "guanxi.surfaces.prints.child", [str(press.FONTS)], json.dumps(endless).encode(), press.Limits(seconds=1, patience=20)
            )


def test_a_web_process_holds_nothing_of_what_sets_prints() -> None:
    """Its memory is budgeted: what makes a print is loaded by the process that makes it."""
    heavy = "('typst', 'docxtpl', 'docx', 'lxml', 'pypdf')"
    look = f"import django; django.setup(); import guanxi.config.urls, sys; print([m for m in {heavy} if m in sys.modules])"
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    said = subprocess.run([sys.executable, "-c", look], env=environment, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


class TestRights:
    def test_what_the_reader_may_not_see_is_not_in_his_print(self, cast: Cast, at_desk: Desk, customer: int) -> None:
        row = template(cast, *EVERYTHING)
        let(cast.owner, CUSTOMER.key, "phone", "masked")
        let(cast.owner, CUSTOMER.key, "remark", "hidden")
        let(cast.owner, "customers.contact", "title", "hidden")
        text = printed(at_desk(cast.again(cast.owner)).get(f"/customers/{customer}/_print/{row.pk}/"))
        assert "138****5678" in text
        for word in ("13812345678", "eval()", "备注", "采购经理", "职位"):
            assert word not in text, word
        assert "王小明" in text

    def test_the_heading_of_a_list_that_is_closed_to_the_reader_goes_with_it(self, cast: Cast, customer: int) -> None:
        heading, table = block("text", text="联系人"), block("table", of="contacts", lines="{{name}}")
        wish = document.checked(CUSTOMER, sheet(block("text", text="{{name}}"), heading, table, block("text", text="尾")))
        kinds = lambda actor: [each["kind"] for each in Filling(CUSTOMER, wish, actor).data([customer], "")["sheets"][0]["blocks"]]
        assert kinds(cast.owner) == ["text", "text", "table", "text"]
        Grant.objects.filter(entity="customers.contact", action="view", role__code="sales").delete()
        assert kinds(cast.again(cast.owner)) == ["text", "text"]

    def test_who_may_not_see_the_record_has_no_print_of_it(self, cast: Cast, at_desk: Desk, customer: int) -> None:
        row = template(cast, *EVERYTHING)
        for who in (cast.stranger, cast.admin):
            assert at_desk(who).get(f"/customers/{customer}/_print/{row.pk}/").status_code == 404
            assert at_desk(who).get(f"/customers/{customer}/_print/").status_code == 404

    def test_of_a_selection_only_what_one_may_export_is_printed(self, cast: Cast, at_desk: Desk, customer: int) -> None:
        row = template(cast, block("text", text="{{name}}"))
        other = write.create(CUSTOMER, {"name": "别人的公司"}, actor=cast.stranger, door="test").id
        send = {"template": row.pk, "ids": f"{customer},{other}"}
        text = printed(at_desk(cast.owner).post("/customers/_print/?view=all", send))
        assert "喆堃" in text
        assert "别人" not in text
        assert at_desk(cast.readonly).post("/customers/_print/?view=all", send).status_code == 404

    def test_what_one_may_see_and_not_export_is_in_no_print_of_a_selection(self, cast: Cast, at_desk: Desk, customer: int) -> None:
        row = template(cast, block("text", text="{{name}}"))
        Grant.objects.create(role=Role.objects.get(code="readonly"), entity=CUSTOMER.key, action="export", scope="owned")
        reader = at_desk(cast.again(cast.readonly))
        assert reader.get(f"/customers/{customer}/_print/{row.pk}/").status_code == 200
        answer = reader.post("/customers/_print/?view=all", {"template": row.pk, "ids": str(customer)})
        assert answer.status_code == 422
        assert "nothing to print" in answer.content.decode()

    def test_who_looks_through_a_colleague_s_eyes_prints_nothing_in_his_name(self, cast: Cast, at_desk: Desk, customer: int) -> None:
        row, director = template(cast, *EVERYTHING), at_desk(cast.director)
        assert director.post("/preview/", {"user": cast.owner.id}).status_code == 302
        assert director.get(f"/customers/{customer}/").status_code == 200
        assert director.get(f"/customers/{customer}/_print/{row.pk}/").status_code == 403
        assert not AccessLog.objects.filter(verb="export").exists()

    def test_a_print_is_on_record_as_an_export_is(self, cast: Cast, at_desk: Desk, customer: int) -> None:
        row = template(cast, *EVERYTHING)
        at_desk(cast.owner).get(f"/customers/{customer}/_print/{row.pk}/")
        logged = AccessLog.objects.get(verb="export", entity=CUSTOMER.key)
        assert (logged.actor, logged.record, logged.data["print"], logged.data["version"]) == (cast.owner.id, customer, row.pk, 1)
        assert {"phone", "remark", "contacts"} <= set(logged.data["columns"])


class TestHostileHands:
    def test_a_code_of_more_than_a_code_holds_is_printed_as_far_as_it_goes(self, cast: Cast, at_desk: Desk, customer: int) -> None:
        row = template(cast, block("qr", text="汉" * 3_000))
        assert printed(at_desk(cast.owner).get(f"/customers/{customer}/_print/{row.pk}/"))

    def test_of_what_lies_in_the_recycle_bin_nothing_but_its_name_is_printed(self, cast: Cast, customer: int) -> None:
        child = write.create(CUSTOMER, {"name": "下级有限公司", "parent": customer}, actor=cast.owner, door="test").id
        wish = document.checked(CUSTOMER, sheet(block("text", text="{{parent.name}}/{{parent.phone}}")))
        said = lambda: Filling(CUSTOMER, wish, cast.owner).data([child], "")["sheets"][0]["blocks"][0]["text"]
        assert said() == "杭州喆堃机电有限公司/138 1234 5678"
        CUSTOMER.model._default_manager.filter(id=customer).update(deleted_at=clock.now())
        assert said() == "杭州喆堃机电有限公司/"

    def test_a_print_that_no_process_would_set_is_refused_before_it_is_put_together(
        self, cast: Cast, at_desk: Desk, customer: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        row = template(cast, *[block("table", of="contacts", lines="{{name}}\n{{title}}")] * 20)
        monkeypatch.setattr(filling, "MOST", 1_000)
        monkeypatch.setattr(press, "pdf", lambda data: pytest.fail("it was set"))
        assert at_desk(cast.owner).get(f"/customers/{customer}/_print/{row.pk}/").status_code == 422

    def test_a_stamp_takes_room_once_however_many_sheets_bear_it(
        self, cast: Cast, customer: int, stamp: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        number = keeping.add_picture(stamp(), actor=cast.business).pk
        wish = document.checked(CUSTOMER, sheet(block("stamp", picture=number)))
        drawn = sum(map(len, Filling(CUSTOMER, wish, cast.owner).data([customer], "")["pictures"].values()))
        monkeypatch.setattr(filling, "MOST", drawn + 500)
        slices = Filling(CUSTOMER, wish, cast.owner)
        assert [len(slices.data([customer], "")["pictures"]) for _slice in range(3)] == [1, 1, 1]

    def test_of_many_that_hang_on_a_record_no_more_are_read_than_are_printed(self, cast: Cast, customer: int) -> None:
        tab = below.tabs(CUSTOMER)["contacts"]
        with CaptureQueriesContext(connection) as asked:
            found = below.ids(CUSTOMER, tab, [customer], cast.owner, action="view", most=1)
        assert [len(ids) for ids in found.values()] == [1]
        assert "ROW_NUMBER()" in asked[0]["sql"]


class TestMany:
    def test_more_than_an_answer_waits_for_is_a_job_with_one_file(self, cast: Cast, at_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        row = template(cast, block("text", text="{{name}}"))
        ids = [write.create(CUSTOMER, {"name": f"公司{'甲乙丙'[n]}"}, actor=cast.owner, door="test").id for n in range(3)]
        monkeypatch.setattr(printing, "AT_ONCE", 2)
        monkeypatch.setattr(printing, "SLICE", 2)
        answer = at_desk(cast.owner).post("/customers/_print/?view=all", {"template": row.pk, "ids": ",".join(map(str, ids))})
        job = Job.objects.get(kind=printing.KIND)
        assert answer["Location"] == f"/jobs/{job.pk}/"
        jobs.run(job.pk)
        job.refresh_from_db()
        assert (job.state, job.done) == ("done", 3), job.message
        result = at_desk(cast.owner).get(f"/jobs/{job.pk}/result/")
        assert [page[:3] for page in read(b"".join(result.streaming_content))] == ["公司甲", "公司乙", "公司丙"]
        assert at_desk(cast.mate).get(f"/jobs/{job.pk}/result/").status_code == 404
        assert AccessLog.objects.get(verb="export", entity=CUSTOMER.key).data["rows"] == 3

    def test_on_record_is_what_was_printed_and_not_what_was_asked_for(self, cast: Cast, at_desk: Desk, customer: int) -> None:
        other = write.create(CUSTOMER, {"name": "别家有限公司"}, actor=cast.stranger, door="test").id
        row = template(cast, block("text", text="{{name}}"))
        answer = at_desk(cast.again(cast.owner)).post("/customers/_print/?view=all", {"template": row.pk, "ids": f"{other},{customer}"})
        assert "别家" not in printed(answer)
        assert AccessLog.objects.get(verb="export", entity=CUSTOMER.key).data["ids"] == [customer]

    def test_a_record_of_an_entity_without_templates_offers_none(self, cast: Cast, at_desk: Desk, customer: int) -> None:
        page = at_desk(cast.owner).get(f"/customers/{customer}/").content.decode()
        assert f"/customers/{customer}/_print/" in page
        PrintTemplate.objects.filter(entity=CUSTOMER.key).delete()
        shelf.clear()
        assert f"/customers/{customer}/_print/" not in at_desk(cast.owner).get(f"/customers/{customer}/").content.decode()
