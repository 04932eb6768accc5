"""What the kinds of own fields promise beyond being filled in and read again."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import time
from decimal import Decimal
from html import unescape
from typing import Any
from urllib.parse import unquote

import pytest
from django.db import connection
from django.test import Client
from django.utils import translation

from guanxi.kernel import plan, write
from guanxi.kernel.actor import SYSTEM, Actor
from guanxi.kernel.fields.base import Invalid, Reader
from guanxi.kernel.fields.geo import GeoKind
from guanxi.kernel.fields.measure import DurationKind, PercentKind, RatingKind
from guanxi.kernel.registry import registry
from guanxi.surfaces.pages.totals import shown, usual
from tests import samples
from tests.people import Cast, closed, review

pytestmark = pytest.mark.usefixtures("unshaped")
CUSTOMER = registry.get("customers.customer")
READER = Reader(SYSTEM)


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        (PercentKind(), "12.5 %", Decimal("12.50")),
        (PercentKind(), "１２．５％", Decimal("12.50")),
        (RatingKind(), "★★★☆☆", 3),
        (DurationKind(), "1:30", 90),
        (DurationKind(), "1小时30分钟", 90),
        (DurationKind(), "1.5h", 90),
        (DurationKind(), "100:05", 6005),
        (DurationKind(), 45, 45),
        (DurationKind(), time(1, 30), 90),
        (GeoKind(), "（30.27415，120.15515）", "30.274150,120.155150"),
        (GeoKind(), "-0.0000001, 0", "0.000000,0.000000"),
    ],
)
def test_it_is_read_as_people_say_it(kind: Any, raw: Any, value: Any) -> None:
    assert kind.parse(raw, READER) == value
    with translation.override("zh-hans"):
        assert kind.parse(kind.text(value, READER), READER) == value


@pytest.mark.parametrize(
    ("kind", "raw"),
    [(RatingKind(), 0), (RatingKind(), "6"), (DurationKind(), "1:75"), (DurationKind(), "-5"), (DurationKind(), "9" * 40 + ":00"),
     (GeoKind(), "120.1,30.2"), (GeoKind(), "here"), (PercentKind(), "1.234")],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(kind: Any, raw: Any) -> None:
    with pytest.raises(Invalid):
        kind.parse(raw, READER)


def test_a_record_that_a_field_names_is_told_only_to_who_may_see_it(cast: Cast) -> None:
    key = samples.added(CUSTOMER, "lookup", to="customers.customer")
    secret = samples.make(CUSTOMER, actor=cast.stranger, name="秘密客户")
    with pytest.raises(write.Invalidated):
        write.create(CUSTOMER, {"name": "云深", key: secret.id}, actor=cast.owner, door="test")
    record = write.create(CUSTOMER, {"name": "云深", key: secret.id, "owner": cast.owner.id}, actor=cast.director, door="test")

    def cell(actor: Actor) -> str:
        compiled = plan.compile(CUSTOMER, [key], actor)
        rows = CUSTOMER.rows(actor).filter(id=record.id)
        (row,) = rows.page(rows.sort("-updated_at"), list(compiled.paths)).rows
        return compiled.columns[0].html(row, Reader(actor))

    assert "秘密客户" in cell(cast.director)
    assert cell(cast.owner) == ""
    assert not CUSTOMER.rows(cast.owner).where([f"{key}.name", "contains", "秘密"]).exists()
    assert CUSTOMER.rows(cast.director).where([f"{key}.name", "contains", "秘密"]).exists()


def test_what_names_a_merged_record_names_the_one_that_is_left(cast: Cast) -> None:
    key = samples.added(CUSTOMER, "lookup", to="customers.customer")
    keep, lost = (samples.make(CUSTOMER, actor=cast.owner) for _ in range(2))
    record = samples.make(CUSTOMER, actor=cast.owner, **{key: lost.id})
    write.merge(CUSTOMER, keep.id, [lost.id], {}, actor=cast.owner, door="test")
    assert CUSTOMER.rows(cast.owner).get(id=record.id).custom[key] == keep.id


def test_numbers_are_given_without_a_gap_one_by_one_and_in_bulk(cast: Cast) -> None:
    key = samples.added(CUSTOMER, "number", prefix="SN")
    one = samples.make(CUSTOMER, actor=cast.owner)
    rows = [samples.values(CUSTOMER, actor=cast.owner) for _ in range(3)]
    many = write.create_many(CUSTOMER, rows, actor=cast.owner, door="test")
    assert [one.custom[key], *(r.custom[key] for r in many.written.values())] == [f"SN-{n:04d}" for n in range(1, 5)]
    with pytest.raises(write.Invalidated):
        write.update((CUSTOMER, one.id), {key: "SN-9999"}, actor=cast.director, door="test")


def test_sealed_text_stands_nowhere_in_clear(cast: Cast, at_desk: Callable[[Actor], Client]) -> None:
    key = samples.added(CUSTOMER, "secret")
    record = write.create(CUSTOMER, {"name": "云深", key: "芝麻开门"}, actor=cast.owner, door="test")
    write.update((CUSTOMER, record.id), {key: "芝麻关门"}, actor=cast.owner, door="test")
    write.update((CUSTOMER, record.id), {key: "芝麻再开"}, actor=review(cast.owner, CUSTOMER.key), door="test")
    for table in ("customers_customer", "change", "kernel_draft", "kernel_searchentry", "kernel_event"):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {table} t WHERE to_jsonb(t)::text LIKE '%%芝麻%%'")
            assert cursor.fetchone()[0] == 0, table
    page = at_desk(cast.owner).get(f"/customers/{record.id}/?tab=history").content.decode()
    assert "芝麻关门" in page
    for right in ("hidden", "masked"):
        assert "芝麻" not in json.dumps(_row(closed(cast.owner, CUSTOMER.key, key, right), record.id, key), ensure_ascii=False)
    with pytest.raises(ValueError, match="compared"):
        CUSTOMER.rows(cast.owner).where([key, "is", "芝麻关门"])


def _row(actor: Actor, record: int, key: str) -> Any:
    from guanxi.surfaces.api.values import Shape

    found = Shape(CUSTOMER, actor, ["name", key]).one(record)
    return {k: str(v) for k, v in (found or {}).items()}


def test_a_list_is_grouped_and_added_up_by_them(cast: Cast, at_desk: Callable[[Actor], Client]) -> None:
    stars, hours = samples.added(CUSTOMER, "rating"), samples.added(CUSTOMER, "duration")
    for value, minutes in ((5, 30), (5, 45), (2, 60)):
        samples.make(CUSTOMER, actor=cast.owner, **{stars: value, hours: minutes})
    page = unescape(unquote(at_desk(cast.owner).get("/customers/", {"view": "all", "layout": "groups", "by": stars}).content.decode()))
    assert f'["{stars}", "is", 5]' in page.replace("+", " ")
    assert [CUSTOMER.rows(cast.owner).where([hours, "gte", m]).count() for m in ("0:45", 60, "1小时1分")] == [2, 1, 0]
    with translation.override("en"):
        assert shown(CUSTOMER.fields[hours], Decimal(135)) == "2 h 15 min"
    assert (usual(CUSTOMER.fields[hours]), usual(CUSTOMER.fields[stars])) == ("sum", "avg")
