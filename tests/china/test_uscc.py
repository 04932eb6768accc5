"""Credit codes: a typing mistake is caught at the door."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanxi.kernel.china.uscc import check

GOOD = "91110000600037341L"


@pytest.mark.parametrize("written", [GOOD, GOOD.lower(), " 9111 0000 6000 3734 1L", "９１１１００００６０００３７３４１Ｌ"])
def test_a_code_is_accepted_however_it_was_pasted(written: str) -> None:
    assert check(written) == GOOD


@pytest.mark.parametrize(
    ("written", "complaint"),
    [("", "18 characters"), (GOOD[:-1], "18 characters"), ("9111000060003734IL", "other than"), (GOOD[:-1] + "M", "check digit")],
)
def test_the_complaint_says_what_is_wrong(written: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        check(written)


@given(st.integers(8, 16), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
def test_one_wrong_character_never_passes(at: int, char: str) -> None:
    wrong = GOOD[:at] + char + GOOD[at + 1 :]
    if wrong != GOOD:
        with pytest.raises(ValueError):
            check(wrong)


def test_village_collectives_registered_with_agriculture_are_accepted() -> None:
    body = "N2330106MF1234567"
    assert any(_passes(body + last) for last in "0123456789ABCDEFGHJKLMNPQRTUWXY")


def test_every_registered_company_has_a_good_code(companies: list[dict[str, str]]) -> None:
    codes = [row["统一社会信用代码"] for row in companies]
    assert [code for code in codes if check(code) != code] == []


def _passes(code: str) -> bool:
    try:
        return check(code) == code
    except ValueError:
        return False
