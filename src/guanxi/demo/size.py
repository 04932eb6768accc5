"""How large a demo company is. The same code tells the large story of the demo and the small one of the tests."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """Numbers of records; `sellers` are sales people beside the demo logins.

    `days` is the length of the history, written in steps of `stride` days and day by day over the last `daily` days.
    """

    customers: int
    contacts: int
    follow_ups: int
    opportunities: int
    sellers: int
    departments: tuple[str, ...]
    days: int
    stride: int
    daily: int
    groups: int
    leads: int
    conversions: int


COMPANY = Size(
    customers=2_000,
    contacts=5_000,
    follow_ups=20_000,
    opportunities=900,
    sellers=18,
    departments=("company", "sales", "east", "south", "service", "finance"),
    days=730,
    stride=28,
    daily=18,
    groups=40,
    leads=160,
    conversions=10,
)
SMALL = Size(
    customers=60,
    contacts=120,
    follow_ups=200,
    opportunities=40,
    sellers=0,
    departments=("company", "east", "south"),
    days=240,
    stride=60,
    daily=1,
    groups=2,
    leads=18,
    conversions=0,
)
