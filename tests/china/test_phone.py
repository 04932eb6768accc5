"""Phones: one number has one form, however it was written down."""

import csv
import lzma
from pathlib import Path

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanxi.kernel.china import phone


@pytest.mark.parametrize(
    "written",
    [
        "13812346021",
        "138 1234 6021",
        "138-1234-6021",
        "１３８１２３４６０２１",
        "+86 138 1234 6021",
        "＋８６-13812346021",
        "0086 13812346021",
        "8613812346021",
        "013812346021",
        "(+86)13812346021",
        "tel:+86-138-1234-6021",
    ],
)
def test_a_mobile_has_one_form(written: str) -> None:
    assert phone.parse(written) == "+8613812346021"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("(0571) 8888 1234 转 123", "+8657188881234;ext=123"),
        ("（0571）88881234-", "+8657188881234"),
        ("0571-88881234#12", "+8657188881234;ext=12"),
        ("0571-88881234 ext. 12", "+8657188881234;ext=12"),
        ("+86 (0)571 88881234", "+8657188881234"),
        ("010 8555 1234", "+861085551234"),
        ("0539-8881234", "+865398881234"),
        ("400-800-1234", "4008001234"),
        ("800 810 1234", "8008101234"),
        ("95588", "95588"),
        ("12345", "12345"),
        ("+1 (650) 253-0000", "+16502530000"),
        ("00852 2345 6789", "+85223456789"),
    ],
)
def test_every_kind_of_number_is_kept_in_its_canonical_form(written: str, kept: str) -> None:
    assert phone.parse(written) == kept
    assert phone.parse(kept) == kept
    assert phone.parse(phone.show(kept)) == kept


@pytest.mark.parametrize(
    "written", ["", "abc", "123", "88881234", "1381234602", "138123460211", "0755-8888123", "13812346021/13912345678", "+", "转123"]
)
def test_what_is_no_number_is_refused_with_a_sentence(written: str) -> None:
    with pytest.raises(ValueError, match=r"^[A-Z].+\.$"):
        phone.parse(written)


def test_a_landline_without_its_area_is_told_what_is_missing() -> None:
    with pytest.raises(ValueError, match="area code"):
        phone.parse("8888 1234")


@pytest.mark.parametrize(
    ("number", "shown", "masked", "tail"),
    [
        ("+8613812346021", "138 1234 6021", "138****6021", "13812346021"),
        ("+8657188881234", "0571-88881234", "0571-8888****", "057188881234"),
        ("+8657188881234;ext=123", "0571-88881234 转 123", "0571-8888****", "057188881234"),
        ("+861085551234", "010-85551234", "010-8555****", "01085551234"),
        ("4008001234", "400-800-1234", "400-800-****", "4008001234"),
        ("95588", "95588", "95588", "95588"),
        ("+16502530000", "+1 650-253-0000", "+165****0000", "16502530000"),
    ],
)
def test_numbers_are_shown_and_masked_as_people_read_them(number: str, shown: str, masked: str, tail: str) -> None:
    assert (phone.show(number), phone.mask(number), phone.tail(number)) == (shown, masked, tail)


def test_place_and_carrier_are_told_in_chinese() -> None:
    assert phone.place("+8657188881234") == "浙江省杭州市"
    assert phone.carrier("+8613812346021") == "中国移动"
    assert phone.place("4008001234") is None
    assert phone.carrier("+8657188881234") is None


@given(st.text(max_size=40))
def test_any_text_gives_a_number_or_a_sentence(text: str) -> None:
    try:
        kept = phone.parse(text)
    except ValueError:
        return
    assert phone.parse(kept) == kept
    phone.show(kept), phone.mask(kept), phone.tail(kept)


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_a_masked_mobile_hides_its_middle(number: str) -> None:
    masked = phone.mask(phone.parse(number))
    assert len(masked) == 11
    assert masked[3:7] == "****"


def test_every_mobile_prefix_in_use_is_accepted(shared_data: Path) -> None:
    path = shared_data / "cn_phone_attribution" / "phone_prefix7.csv.xz"
    with lzma.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        prefixes = {cell for row in rows for cell in row[:2] if len(cell) == 7 and cell.isdigit()}
    assert len(prefixes) > 400_000
    assert [prefix for prefix in prefixes if phone.parse(prefix + "0000") != f"+86{prefix}0000"] == []


_AREAS = ("10", "20", "21", "25", "28", "310", "377", "433", "571", "592", "755", "851", "899", "933", "978", "994")


@given(
    st.sampled_from(["0", "+86", "0086", "+860", "00860"]),
    st.one_of(st.sampled_from(_AREAS), st.integers(10, 9999).map(str)),
    st.from_regex(r"[0-9]{5,9}", fullmatch=True),
)
def test_a_landline_is_what_the_library_says_it_is(head: str, area: str, rest: str) -> None:
    """Landlines are matched without going through the library: whatever is taken so, it takes as well, and in the same form."""
    digits = f"{head}{area}{rest}"
    try:
        found = phone.parse(digits)
    except ValueError:
        return
    number = phonenumbers.parse(digits, "CN")
    if (found.startswith("+86") and not found.startswith("+861")) or found.startswith("+8610"):
        assert phonenumbers.is_valid_number(number)
        assert found == phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
