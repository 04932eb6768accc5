"""Merge tags: what people write between double braces, filled as far as the reader may see, and nothing but what they are for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guanxi.kernel import custom, write
from guanxi.kernel.actor import SYSTEM, Actor
from guanxi.kernel.merge_tags import formats, naming, syntax
from guanxi.kernel.merge_tags.formats import Written
from guanxi.kernel.merge_tags.syntax import LONGEST, MOST, Format, MergeError, Tag
from guanxi.kernel.merge_tags.values import Samples, Values, paths
from guanxi.kernel.models import CustomField
from guanxi.kernel.registry import registry
from guanxi.kernel.write import fields as verbs
from tests.people import Cast, let

CUSTOMER, OPPORTUNITY = registry.get("customers.customer"), registry.get("sales.opportunity")
DEEP = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


def filled(source: str, record: int, actor: Actor) -> str:
    pieces = naming.bound(OPPORTUNITY, source)
    return Values(OPPORTUNITY, paths(pieces), [record], actor).text(record, pieces)


@pytest.fixture
def deal(cast: Cast) -> int:
    customer = write.create(CUSTOMER, {"name": "云深机电", "phone": "13812345678", "level": "A"}, actor=cast.owner, door="test")
    values = {"name": "空压机 <b>", "customer": customer.id, "amount": "12345.6", "expected_on": "2026-01-31"}
    return write.create(OPPORTUNITY, values, actor=cast.owner, door="test").id


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        ("", []),
        ("plain { text }", ["plain { text }"]),
        ("您好 {{ name }}！", ["您好 ", Tag("name"), "！"]),
        ("{{customer.name}}{{a}}", [Tag("customer.name"), Tag("a")]),
        ('{{amount|capitals|or "a|b"}}', [Tag("amount", (Format("capitals"), Format("or", "a|b")))]),
        ("｛｛客户.客户名称｜大写｝｝（全）", [Tag("客户.客户名称", (Format("大写"),)), "（全）"]),
    ],
)
def test_a_text_is_read_as_it_is_written(source: str, parts: list[syntax.Part]) -> None:
    assert syntax.parse(source) == parts


@pytest.mark.parametrize(
    "source", ["{{name", "name}}", "{{}}", "{{ | money }}", "{{a{{b}}c}}", "{{a|}}", "{{a|b c}}", '{{a|or "x}}', "{{a\nb}}"]
)
def test_what_is_no_tag_is_refused_with_words(source: str) -> None:
    with pytest.raises(MergeError) as refusal:
        syntax.parse(source)
    assert len(str(refusal.value)) > 5


def test_a_text_has_an_end() -> None:
    with pytest.raises(MergeError):
        syntax.parse("x" * (LONGEST + 1))
    with pytest.raises(MergeError):
        syntax.parse("{{a}}" * (MOST + 1))


@pytest.mark.django_db
def test_tags_stand_for_values_of_the_record_and_of_the_one_it_names(cast: Cast, deal: int) -> None:
    with translation.override("zh-hans"):
        text = filled(
            "{{客户.客户名称}}：{{金额|大写}}，{{amount|money}}，{{amount|number}}，{{expected_on|日期}}，{{customer.phone}}",
            deal,
            cast.owner,
        )
        assert text == "云深机电：壹万贰仟叁佰肆拾伍元陆角整，¥12,345.60，12345.60，2026年1月31日，138 1234 5678"
        assert filled('{{expected_on|date "YYYY.M"}} {{closed_on|or "—"}} {{owner}} {{me}}', deal, cast.owner) == "2026.1 — Olivia Olivia"
        assert filled("{{customer}} {{name}}", deal, cast.owner) == "云深机电 空压机 <b>"


@pytest.mark.django_db
def test_names_are_kept_as_keys_so_that_a_field_may_be_called_otherwise(cast: Cast) -> None:
    with translation.override("zh-hans"):
        assert naming.in_keys(OPPORTUNITY, "{{ 客户.电话 | 缺省 “无” }}！") == '{{customer.phone|or "无"}}！'


@pytest.mark.django_db
def test_a_tag_that_there_is_not_is_named_beside_those_that_there_are() -> None:
    with pytest.raises(MergeError) as refusal:
        naming.bound(CUSTOMER, "{{nmae}}")
    assert "nmae" in str(refusal.value)
    assert "name、" in str(refusal.value)
    for source in (
        "{{parent.parent.name}}",
        "{{name.__class__}}",
        "{{owner.password}}",
        "{{name|nonsense}}",
        "{{name|capitals}}",
        "{{__dict__}}",
    ):
        with pytest.raises(MergeError):
            naming.bound(CUSTOMER, source)


@pytest.mark.django_db
def test_what_a_reader_may_not_see_is_in_no_tag(cast: Cast, deal: int) -> None:
    let(cast.owner, OPPORTUNITY.key, "amount", "hidden")
    let(cast.owner, CUSTOMER.key, "phone", "masked")
    again = cast.again(cast.owner)
    assert filled('[{{amount}}{{amount|capitals}}] {{amount|or "x"}} {{customer.phone}}', deal, again) == "[] x 138****5678"
    let(cast.owner, OPPORTUNITY.key, "customer", "hidden")
    assert filled("[{{customer}}{{customer.name}}]", deal, cast.again(cast.owner)) == "[]"
    pieces = naming.bound(OPPORTUNITY, "{{name}}{{customer.name}}")
    assert Values(OPPORTUNITY, paths(pieces), [deal], cast.stranger).text(deal, pieces) == ""


@pytest.mark.django_db
def test_the_record_one_step_away_has_its_own_scope(cast: Cast, deal: int) -> None:
    other = write.create(CUSTOMER, {"name": "别人的客户"}, actor=cast.stranger, door="test")
    OPPORTUNITY.model._default_manager.filter(id=deal).update(customer_id=other.id)
    assert filled("[{{customer}}{{customer.name}}{{customer.number}}]", deal, cast.owner) == "[]"


@pytest.mark.django_db
@pytest.mark.usefixtures("unshaped")
class TestOwnFields:
    def test_fields_of_one_s_own_are_tags_too_and_one_that_is_retired_leaves_nothing_behind(self, cast: Cast, deal: int) -> None:
        row = verbs.add(OPPORTUNITY, verbs.Wish(zh="安装地点", sort="text"), actor=cast.business)
        number = getattr(row, "pk", row)
        write.update((OPPORTUNITY, deal), {f"f{number}": "三号车间"}, actor=cast.owner, door="test")
        source = naming.in_keys(OPPORTUNITY, "在{{安装地点}}")
        assert source == f"在{{{{f{number}}}}}"
        assert filled(source, deal, cast.owner) == "在三号车间"
        CustomField.objects.filter(pk=number).update(active=False)
        custom.load()
        with pytest.raises(MergeError):
            naming.bound(OPPORTUNITY, source)
        assert naming.still(OPPORTUNITY, source) == ["在"]


@pytest.mark.django_db
def test_samples_say_what_would_stand_there(cast: Cast) -> None:
    with translation.override("zh-hans"):
        pieces = naming.bound(OPPORTUNITY, "{{name}} {{amount|capitals}} {{customer.name}}")
        assert Samples(OPPORTUNITY, cast.admin).text(0, pieces) == "〔商机名称〕 壹万贰仟叁佰肆拾伍元陆角整 〔客户〕"


def test_formats_leave_alone_what_they_are_not_for() -> None:
    assert formats.apply("capitals", "", Written("王", None), "zh") == "王"
    assert formats.apply("capitals", "", Written("9", Decimal(10) ** 16), "zh") == "9"
    assert formats.apply("money", "", Written("", Decimal("-5"), "USD"), "zh") == "-US$5.00"
    assert formats.apply("date", "", Written("", date(2026, 3, 1)), "en") == "1 March 2026"
    assert formats.apply("date", "YYYY-MM-DD %s {0.year}", Written("", date(2026, 3, 1)), "zh") == "2026-03-01 %s {0.year}"
    assert formats.apply("capitals", "", Written("True", True), "zh") == "True"


HOSTILE = st.lists(
    st.sampled_from(
        ["{{", "}}", "{", "}", "|", ".", '"', "name", "amount", "customer", "__class__", "__globals__", "mro", "capitals", "or", "date", "('x')",
         "[0]", "%s", "{0.__class__}", " ", "\n", "\x00", "｛｛", "｝｝", "云", "import os", "lambda:0", "{% for %}", "#eval()"]
    ) | st.text(max_size=6),
    max_size=25,
).map("".join)  # fmt: skip


@DEEP
@given(HOSTILE)
def test_whatever_is_written_is_text_or_a_field_or_refused(source: str) -> None:
    """No other exception, no other object: what comes out is text or a declared field of the entity or of one beside it."""
    try:
        pieces = naming.bound(OPPORTUNITY, source)
    except MergeError:
        return
    known = {(via, key) for via, target in naming.steps(OPPORTUNITY).items() for key in naming.tagged(target)}
    for piece in pieces:
        if not isinstance(piece, str):
            path = piece.path
            assert (path.via, path.key) in known or (not path.via and path.key in {*naming.tagged(OPPORTUNITY), *naming.FURTHER})
            assert {each.name for each in piece.formats} <= naming.FITS.keys()
    again = naming.in_keys(OPPORTUNITY, source)
    assert naming.in_keys(OPPORTUNITY, again) == again
    text = Samples(OPPORTUNITY, SYSTEM).text(0, pieces)
    assert "<class" not in text or "<class" in source


@pytest.mark.parametrize(
    "source", ["{{" * 9_000, "{{a|" * 4_000, "}}" * 9_000, '{{a|or "' + "x" * 19_000, "{{" + "a." * 90 + "}}", "{" * 20_000]
)
def test_the_time_of_reading_grows_with_the_length_and_no_faster(source: str) -> None:
    """Counted in steps of the interpreter, not by a clock."""
    import sys

    def steps(text: str) -> int:
        count = 0

        def tick(frame: object, event: str, argument: object) -> object:
            nonlocal count
            count += 1
            return tick

        sys.settrace(tick)  # type: ignore[arg-type]
        try:
            syntax.parse(text)
        except MergeError:
            pass
        finally:
            sys.settrace(None)
        return count

    assert steps(source) <= 40 * len(source) + 2_000
