"""A list that people put in order, a step at a time."""

from __future__ import annotations

from collections.abc import Sequence


def shifted(known: Sequence[int], one: int, *, up: bool) -> list[int]:
    """The ids with one of them a place further up or down; at its end everything stays."""
    order = list(known)
    at = order.index(one)
    to = at - 1 if up else at + 1
    if 0 <= to < len(order):
        order[at], order[to] = order[to], order[at]
    return order
