"""ID numbers: people from new districts are people too."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanxi.kernel.china import resident_id

EXAMPLE = "11010519491231002X"  # the example in the annex of GB 11643-1999
OTHER = "440524188001010014"  # its second example


@pytest.mark.parametrize("written", [EXAMPLE, EXAMPLE.lower(), "110105 19491231 002X", "１１０１０５１９４９１２３１００２Ｘ"])
def test_a_number_is_accepted_however_it_was_typed(written: str) -> None:
    assert resident_id.check(written) == EXAMPLE


def test_birth_date_and_gender_are_read_from_the_number() -> None:
    assert resident_id.birth_date(EXAMPLE) == date(1949, 12, 31)
    assert resident_id.gender(EXAMPLE) == "female"
    assert resident_id.gender(OTHER) == "male"


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("", "17 digits"),
        ("130503670401001", "17 digits"),
        ("010105194912310021", "region"),
        ("110105194902300020", "birth date"),
        (EXAMPLE[:-1] + "1", "last character"),
    ],
)
def test_the_complaint_says_what_is_wrong(written: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        resident_id.check(written)


def test_nobody_is_born_tomorrow() -> None:
    with pytest.raises(ValueError, match="birth date"):
        resident_id.check(EXAMPLE, today=date(1949, 12, 30))
    assert resident_id.check(EXAMPLE, today=date(1949, 12, 31)) == EXAMPLE


@pytest.mark.parametrize("region", ["330113", "440309", "330114", "810000", "830000"])
def test_no_table_of_districts_decides_who_exists(region: str) -> None:
    stem = f"{region}19900307123"
    assert sum(_accepted(stem + last) for last in "0123456789X") == 1


@given(st.text(max_size=30))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    assert not _accepted(text) or len(text) == 18


def test_a_mask_shows_three_and_four() -> None:
    assert resident_id.mask(EXAMPLE) == "110****002X"
    assert resident_id.mask("12345") == "****"


def _accepted(number: str) -> bool:
    try:
        return resident_id.check(number) == number
    except ValueError:
        return False
