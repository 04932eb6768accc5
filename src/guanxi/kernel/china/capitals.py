"""Amounts of money in the capitals banks and contracts ask for: 壹万贰仟叁佰元整.

Per the annex 正确填写票据和结算凭证的基本规定 of the Payment and Settlement Measures (PBOC, 1997, No. 393): one 零 for any run of zeros inside,
none at the end; 整 after 元 and after 角, never after 分.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

__all__ = ["rmb_capitals"]

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")
_LIMIT = Decimal(10) ** 16


def rmb_capitals(amount: Decimal) -> str:
    """The amount rounded half up to 分; negative amounts begin with 负; ValueError from 10^16 yuan on."""
    if not amount.is_finite():
        raise ValueError("An amount in capitals must be a number.")
    cents = int((abs(amount) * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP)) if abs(amount) < _LIMIT else None
    if cents is None or cents >= _LIMIT * 100:
        raise ValueError("An amount in capitals must be below 10^16 yuan.")
    yuan, rest = divmod(cents, 100)
    sign = "负" if amount < 0 and cents else ""
    whole = f"{_whole(yuan)}元" if yuan or not rest else ""
    return sign + whole + _fraction(*divmod(rest, 10), after_yuan=bool(yuan))


def _fraction(jiao: int, fen: int, *, after_yuan: bool) -> str:
    if not jiao and not fen:
        return "整"
    tenths = f"{_DIGITS[jiao]}角" if jiao else ("零" if after_yuan else "")
    return tenths + (f"{_DIGITS[fen]}分" if fen else "整")


def _whole(number: int) -> str:
    if not number:
        return "零"
    text, gap = "", False
    for power in range(len(_GROUPS) - 1, -1, -1):
        group = number // 10_000**power % 10_000
        if not group:
            gap = bool(text)
            continue
        if text and (gap or group < 1_000):
            text += "零"
        text += _group(group) + (_GROUPS[power] if power < 3 else "万")
        gap = False
        if power == 3 and not number // 10_000**2 % 10_000:
            text += "亿"
    return text


def _group(number: int) -> str:
    """Four digits: 1005 is 壹仟零伍."""
    text, gap = "", False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if not digit:
            gap = bool(text)
            continue
        text += ("零" if gap else "") + _DIGITS[digit] + _PLACES[place]
        gap = False
    return text
