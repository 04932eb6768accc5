"""Folding: what people can't see must not make two values of one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanxi.kernel.china.width import fold


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("ＡＢＣ　公司", "abc 公司"),
        ("（杭州）", "(杭州)"),
        ("  Straße\t 1 ", "strasse 1"),
        ("云\u200b深\x00\ufeff", "云深"),
        ("a\r\nb", "a b"),
        ("①②", "12"),
        ("雲深", "雲深"),
        ("", ""),
    ],
)
def test_width_case_and_the_invisible_are_folded_away(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=st.characters(categories=["Cc", "Cf", "Zs", "Mn", "Lo", "Ll", "Lu", "Cs"])))
def test_nothing_that_a_database_refuses_is_left(text: str) -> None:
    folded = fold(text)
    assert "\x00" not in folded
    folded.encode("utf-8")
    assert folded == folded.strip()


@given(st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0x7E)))
def test_the_short_way_for_plain_letters_gives_what_the_long_way_gives(text: str) -> None:
    assert fold(text) == " ".join(text.casefold().split())
