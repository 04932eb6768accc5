"""Templates are made by who shapes, beside a look at the print; each save is a version, and fields may change under them."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase
from django.utils import translation

from guanxi.kernel import clock, custom, jobs, write
from guanxi.kernel.models import AccessLog, CustomField, Job
from guanxi.kernel.registry import registry
from guanxi.kernel.write import fields, retyping
from guanxi.org.models import Operation, User
from guanxi.surfaces.prints import document, keeping, press, printing, starting, unused
from guanxi.surfaces.prints.document import block
from guanxi.surfaces.prints.filling import Filling
from guanxi.surfaces.prints.models import PrintPicture, PrintTemplate, PrintVersion
from tests import samples
from tests.people import Cast
from tests.prints.sheets import CUSTOMER, Desk, printed, read, sheet, template

pytestmark = pytest.mark.django_db(transaction=False)


class TestVersions:
    def test_each_save_is_a_version_and_going_back_is_one_more(self, cast: Cast, at_desk: Desk, customer: int) -> None:
        business = at_desk(cast.business)
        row = template(cast, block("text", text="第一版"))
        form = {
            "zh": "测试",
            "language": "zh-hans",
            "paper": "a4",
            "block": ["b7"],
            "b7-kind": "text",
            "b7-text": "第二版 {{客户名称}}",
            "b7-size": "12",
            "b7-align": "left",
        }
        assert business.post(f"/admin/prints/{row.pk}/", form).status_code == 302
        assert "第二版杭州" in printed(at_desk(cast.owner).get(f"/customers/{customer}/_print/{row.pk}/"))
        assert PrintVersion.objects.get(template=row, number=2).document["blocks"][0]["text"] == "第二版 {{name}}"
        assert business.post(f"/admin/prints/{row.pk}/versions/1/back/").status_code == 302
        assert "第一版" in printed(at_desk(cast.owner).get(f"/customers/{customer}/_print/{row.pk}/"))
        found = list(PrintVersion.objects.filter(template=row).order_by("number").values_list("number", "of", "created_by"))
        assert found == [(1, 0, cast.business.id), (2, 0, cast.business.id), (3, 1, cast.business.id)]
        page = business.get(f"/admin/prints/{row.pk}/").content.decode()
        assert "as version 1" in page
        assert "Bea" in page
        changes = Operation.objects.filter(subject="printtemplate", subject_id=row.pk, verb="update").order_by("id")
        assert [change.diff["version"] for change in changes] == [[0, 1], [1, 2], [2, 3]]

    def test_a_retired_one_is_offered_to_nobody_until_it_comes_back(self, cast: Cast, at_desk: Desk, customer: int) -> None:
        row = template(cast, block("text", text="x"))
        url, owner = f"/customers/{customer}/_print/", at_desk(cast.owner)
        assert f"{url}{row.pk}/" in owner.get(url).content.decode()
        at_desk(cast.business).post(f"/admin/prints/{row.pk}/switch/", {"active": ""})
        assert f"{url}{row.pk}/" not in owner.get(url).content.decode()
        assert owner.get(f"{url}{row.pk}/").status_code == 404
        at_desk(cast.business).post(f"/admin/prints/{row.pk}/switch/", {"active": "1"})
        assert owner.get(f"{url}{row.pk}/").status_code == 200

    @pytest.mark.parametrize(
        ("change", "word"),
        [
            ({"zh": ""}, "Give it a name"),
            ({"b1-text": "{{nmae}}"}, "There is no tag"),
            ({"b1-text": "{{name"}, "Double braces"),
            ({"header-left": "{{name.__class__}}"}, "There is no tag"),
            ({"b1-kind": "table", "b1-of": "nonsense", "b1-lines": "{{name}}"}, "one of the lists"),
            ({"b1-kind": "fields", "b1-lines": " "}, "at least one field"),
            ({"b1-kind": "stamp", "b1-picture": "999999"}, "Choose a picture"),
            ({"paper": "a9"}, "Choose a paper"),
        ],
    )
    def test_what_cannot_be_is_refused_with_a_reason_and_nothing_typed_is_lost(
        self, cast: Cast, at_desk: Desk, change: dict[str, str], word: str
    ) -> None:
        row = template(cast, block("text", text="x"))
        form = {
            "zh": "测试",
            "paper": "a4",
            "block": ["b1", "b2"],
            "b1-kind": "text",
            "b1-text": "x",
            "b2-kind": "text",
            "b2-text": "这里写过字",
        }
        answer = at_desk(cast.business).post(f"/admin/prints/{row.pk}/", {**form, **change})
        assert answer.status_code == 422
        assert word in answer.content.decode()
        assert "这里写过字" in answer.content.decode()
        assert PrintVersion.objects.filter(template=row).count() == 1

    def test_nobody_saves_over_a_version_that_he_has_not_seen(self, cast: Cast, at_desk: Desk) -> None:
        row, desk = template(cast, block("text", text="first")), at_desk(cast.business)
        sent = {"zh": "测试", "paper": "a4", "block": "b1", "b1-kind": "text", "base": "1"}
        assert desk.post(f"/admin/prints/{row.pk}/", {**sent, "b1-text": "hers"}).status_code == 302
        late = desk.post(f"/admin/prints/{row.pk}/", {**sent, "b1-text": "his own words"})
        page = late.content.decode()
        assert late.status_code == 422
        assert "his own words" in page
        assert 'name="base" value="2"' in page
        assert keeping.current(PrintTemplate.objects.get(pk=row.pk)).document["blocks"][0]["text"] == "hers"
        assert desk.post(f"/admin/prints/{row.pk}/", {**sent, "base": "2", "b1-text": "his own words"}).status_code == 302


class TestTheEditor:
    def test_a_look_shows_what_stands_there_before_it_is_kept(self, cast: Cast, at_desk: Desk, customer: int) -> None:
        row = template(cast, block("text", text="x"))
        form = {"zh": "测试", "paper": "a4", "block": ["b1"], "b1-kind": "text", "b1-text": "{{name}}", "b1-size": "20", "b1-align": "left"}
        url = f"/admin/prints/{row.pk}/look/"
        samples = at_desk(cast.business).post(url, form).content.decode()
        real = at_desk(cast.business).post(url, {**form, "sample": str(customer)}).content.decode()
        assert samples.count("data:image/png;base64,") == real.count("data:image/png;base64,") == 1
        assert samples != real
        assert "There is no tag" in at_desk(cast.business).post(url, {**form, "b1-text": "{{nmae}}"}).content.decode()
        assert PrintVersion.objects.filter(template=row).count() == 1

    def test_a_look_goes_no_further_than_the_eyes_of_who_looks(self, cast: Cast, at_desk: Desk, customer: int) -> None:
        row = template(cast, block("text", text="{{name}}"))
        form = {"zh": "测试", "paper": "a4", "block": ["b1"], "b1-kind": "text", "b1-text": "{{name}}", "sample": str(customer)}
        User.objects.filter(pk=cast.admin.id).update(is_active=True)
        answer = at_desk(cast.admin).post(f"/admin/prints/{row.pk}/look/", form).content.decode()
        assert "data:image" not in answer
        assert "may not see it" in answer
        assert at_desk(cast.admin).get(f"/admin/prints/{row.pk}/sample/?record={customer}").status_code == 422
        assert printed(at_desk(cast.admin).get(f"/admin/prints/{row.pk}/sample/"))
        assert not AccessLog.objects.filter(verb="export").exists()

    def test_a_picture_is_drawn_anew_and_what_is_none_is_refused(self, cast: Cast, at_desk: Desk, stamp: Any) -> None:
        row, business = template(cast, block("text", text="x")), at_desk(cast.business)
        answer = business.post(f"/admin/prints/{row.pk}/picture/", {"picture": stamp()})
        assert "data-made" in answer.content.decode()
        made = PrintPicture.objects.get()
        shown = business.get(f"/admin/prints/pictures/{made.pk}/")
        body = b"".join(shown.streaming_content)
        assert shown["Content-Type"] == "image/png"
        assert b"secret place" not in body
        svg = SimpleUploadedFile("x.png", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>")
        assert business.post(f"/admin/prints/{row.pk}/picture/", {"picture": svg}).status_code == 422
        assert at_desk(cast.owner).get(f"/admin/prints/pictures/{made.pk}/").status_code in (403, 404)

    def test_a_picture_that_no_version_shows_goes_after_a_week(self, cast: Cast, stamp: Any) -> None:
        shown, waiting, idle = (keeping.add_picture(stamp(), actor=cast.business) for _n in range(3))
        template(cast, block("stamp", picture=shown.pk))
        PrintPicture.objects.exclude(pk=waiting.pk).update(created_at=clock.now() - unused.KEPT * 2)
        with TestCase.captureOnCommitCallbacks(execute=True):
            assert unused.sweep() == 1
        assert set(PrintPicture.objects.values_list("pk", flat=True)) == {shown.pk, waiting.pk}
        assert [default_storage.exists(each.path) for each in (shown, waiting, idle)] == [True, True, False]

    def test_the_page_is_found_by_what_people_call_it(self, cast: Cast, at_desk: Desk) -> None:
        for word in ("套打", "print", "印章"):
            assert "/admin/prints/" in at_desk(cast.business).get("/admin/", {"q": word}).content.decode()

    def test_one_is_made_of_the_usual_sheet_which_prints_any_record(self, cast: Cast, at_desk: Desk, customer: int) -> None:
        answer = at_desk(cast.business).post(
            "/admin/prints/new/", {"of": "customers", "zh": "新表", "language": "zh-hans", "begin": "usual"}
        )
        assert answer.status_code == 302
        row = PrintTemplate.objects.latest("pk")
        assert answer["Location"] == f"/admin/prints/{row.pk}/"
        text = printed(at_desk(cast.owner).get(f"/customers/{customer}/_print/{row.pk}/"))
        for word in ("杭州喆堃机电有限公司", "王小明"):
            assert word in text

    def test_only_who_shapes_makes_templates(self, cast: Cast, at_desk: Desk) -> None:
        row = template(cast, block("text", text="x"))
        for address in ("/admin/prints/", "/admin/prints/new/", f"/admin/prints/{row.pk}/", f"/admin/prints/{row.pk}/sample/"):
            assert at_desk(cast.owner).get(address).status_code in (403, 404)
        for address in ("look/", "switch/", "picture/", "versions/1/back/"):
            assert at_desk(cast.owner).post(f"/admin/prints/{row.pk}/{address}").status_code in (403, 404)
        with pytest.raises(write.Forbidden):
            keeping.save(row, sheet(block("text", text="y")), "a", "", "", actor=cast.owner)

    def test_tags_follow_a_field_into_another_sort(self, cast: Cast, customer: int) -> None:
        key = samples.added(CUSTOMER, "decimal", places=2)
        try:
            write.update((CUSTOMER, customer), {key: "1200.50"}, actor=cast.owner, door="test")
            row = template(
                cast, block("text", text=f"【{{{{{key}|money}}}}】"), header={"left": f"{{{{{key}}}}}", "middle": "", "right": ""}
            )
            field = CustomField.objects.get(pk=key[1:])
            told = retyping.preview(CUSTOMER, field, fields.Wish("", sort="text"), actor=cast.business).named
            assert any("测试" in what and goes for what, goes in told)
            retyping.convert(CUSTOMER, field, fields.Wish("", sort="text"), actor=cast.business)
            for job in Job.objects.filter(state="waiting").order_by("id"):
                jobs.run(job.pk)
            row.refresh_from_db()
            (said,) = Filling(CUSTOMER, keeping.current(row).document, cast.owner).data([customer], "")["sheets"]
            assert (said["blocks"][0]["text"], said["header"][0], row.version) == ("【1,200.50】", "1,200.50", 2)
        finally:
            CustomField.objects.all().delete()
            custom.load()


class TestWhatComesWithIt:
    @pytest.mark.parametrize("slug", ["customers", "opportunities"])
    def test_an_installation_brings_sheets_in_both_languages(self, cast: Cast, slug: str) -> None:
        entity = registry.by_slug(slug)
        assert entity is not None
        PrintTemplate.objects.filter(entity=entity.key).delete()
        starting.provide()
        rows = list(PrintTemplate.objects.filter(entity=entity.key).order_by("pk"))
        assert [row.language for row in rows] == ["zh-hans", "en"]
        with translation.override("en"):
            assert rows[0].label == f"{rows[1].label} (中文)"
        starting.provide()
        assert PrintTemplate.objects.filter(entity=entity.key).count() == 2
        for row, word in zip(rows, ("客户", "ustomer"), strict=True):
            with printing.speaking(row.language):
                pages = read(press.pdf(Filling(entity, keeping.current(row).document, cast.owner).data([], "x")))
            assert word in "".join(pages)
            assert not [known for known in Filling(entity, keeping.current(row).document, cast.owner).known if known["kind"] == "gone"]

    @pytest.mark.parametrize("entity", [each for each in registry if each.slug and each.layout], ids=lambda each: each.slug)
    def test_the_usual_sheet_fits_every_kind_of_record(self, cast: Cast, entity: Any) -> None:
        wish = document.checked(entity, starting.usual(entity))
        assert read(press.pdf(Filling(entity, wish, cast.owner).data([], "x")))
