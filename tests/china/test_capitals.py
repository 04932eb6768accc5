"""Capitals: an amount on a contract reads as a bank clerk would write it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanxi.kernel.china.capitals import rmb_capitals


@pytest.mark.parametrize(
    ("amount", "capitals"),
    [
        ("0", "零元整"),
        ("1", "壹元整"),
        ("15", "壹拾伍元整"),
        ("1001", "壹仟零壹元整"),
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("107000.53", "壹拾万柒仟元伍角叁分"),
        ("100500", "壹拾万零伍佰元整"),
        ("20000003.10", "贰仟万零叁元壹角整"),
        ("100010000", "壹亿零壹万元整"),
        ("1000000010000", "壹万亿零壹万元整"),
        ("1001000000000", "壹万零壹拾亿元整"),
        ("0.50", "伍角整"),
        ("0.05", "伍分"),
        ("1.005", "壹元零壹分"),
        ("-12.30", "负壹拾贰元叁角整"),
        ("-0.001", "零元整"),
    ],
)
def test_an_amount_reads_as_the_payment_rules_want(amount: str, capitals: str) -> None:
    assert rmb_capitals(Decimal(amount)) == capitals


@pytest.mark.parametrize("amount", ["1e16", "-1e16", "9999999999999999.999", "NaN", "Infinity"])
def test_an_amount_nobody_can_write_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match="An amount in capitals"):
        rmb_capitals(Decimal(amount))


@given(st.decimals(min_value=Decimal("0.01"), max_value=Decimal("9999999999999999.99"), places=2))
def test_every_amount_reads_back_to_itself(amount: Decimal) -> None:
    written = rmb_capitals(amount)
    assert "零零" not in written
    assert "零元" not in written
    assert _read(written) == amount


def _read(text: str) -> Decimal:
    """The plainest reading there is: digits times places, summed."""
    digits, places = "零壹贰叁肆伍陆柒捌玖", {"拾": 10, "佰": 100, "仟": 1000}
    total, section, digit, cents = 0, 0, 0, 0
    for char in text:
        if char in digits:
            digit = digits.index(char)
        elif char in places:
            section, digit = section + digit * places[char], 0
        elif char == "万":
            total, section, digit = total + (section + digit) * 10_000, 0, 0
        elif char == "亿":
            total, section, digit = (total + section + digit) * 10**8, 0, 0
        elif char == "元":
            total, section, digit = total + section + digit, 0, 0
        elif char in "角分":
            cents, digit = cents + digit * (10 if char == "角" else 1), 0
    return Decimal(total) + Decimal(cents) / 100
