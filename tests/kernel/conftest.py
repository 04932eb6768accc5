"""A population with every nasty value in every field, custom fields of every kind among them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from guanxi.kernel import custom
from guanxi.kernel.entity import COMMON, Entity
from guanxi.kernel.fields.base import Field, Reader
from guanxi.kernel.fields.column import Keyed
from guanxi.kernel.models import CustomField
from guanxi.kernel.registry import registry
from tests import samples
from tests.people import Cast

TEXTS = ["", "Acme", "云深智能", "ＡＣＭＥ　公司", "100%_\\", "a'b\"c", "İstanbul ß ǅ Σς", "%", "_", "x" * 60, " 云深 ", "１２３"]
VALUES: dict[str, list[Any]] = {
    "text": TEXTS,
    "email": ["", "a@example.com", "wang.yt@example.com"],
    "url": ["", "https://www.example.com", "https://例子.测试/路径?a=100%25"],
    "phone": ["", "+8613812346021", "+8657188881234"],
    "uscc": ["", "91330100799655058B"],
    "resident_id": ["", "11010519491231002X"],
    "number": ["", "KH-202611-0001", "KH_202611%0002"],
    "integer": [None, 0, 1, -1, 7, 12_345, 2**53],
    "decimal": [None, Decimal("0"), Decimal("12.5"), Decimal("-3.00"), Decimal("9999999999999999.99")],
    "money": [None, Decimal("0"), Decimal("12.50"), Decimal("-3.00"), Decimal("9999999999999.99")],
    "boolean": [False, True],
    "percent": [None, Decimal("0"), Decimal("12.50"), Decimal("-3.00"), Decimal("100")],
    "rating": [None, 1, 3, 5],
    "duration": [None, 0, 59, 90, 60 * 24 * 365],
    "geo": ["", "30.274150,120.155150", "-33.868800,151.209300"],
    "date": [None, date(2026, 1, 31), date(2024, 2, 29), date(2026, 2, 28), date(1999, 12, 31), date(2026, 11, 22)],
    "datetime": [
        None,
        datetime(2026, 11, 30, 15, 59, 59, 999999, tzinfo=UTC),
        datetime(2026, 11, 30, 16, 0, tzinfo=UTC),
        datetime(2026, 10, 31, 16, 0, tzinfo=UTC),
        datetime(2024, 2, 28, 16, 0, 0, 1, tzinfo=UTC),
    ],
    "region": [None, 330000, 330100, 330108, 110000, 440300],
}


def values_of(field: Field, cast: Cast) -> list[Any]:
    """Stored values for a field, empty among them."""
    kind = field.kind
    if kind.name in VALUES:
        return VALUES[kind.name]
    if kind.name == "choice":
        return [None, *(i.id for i in kind.dictionary.items()[:4])]  # type: ignore[attr-defined]
    if kind.name == "secret":
        return ["", kind.parse("一号密码", Reader(cast.director))]
    if isinstance(field.column, Keyed) and hasattr(kind, "target"):
        return [None, *kind.target.model._default_manager.order_by("id").values_list("id", flat=True)[:3]]
    if kind.name == "tags":
        ids = [i.id for i in kind.dictionary.items()[:3]]  # type: ignore[attr-defined]
        return [[], ids[:1], ids[1:], ids]
    if kind.name == "person":
        return [None, cast.owner.id, cast.mate.id, cast.stranger.id]
    if kind.name == "department":
        return [None, cast.owner.department, cast.stranger.department, cast.director.department]
    return []


def add_custom_fields(entity: Entity) -> None:
    """One custom field of each kind."""
    for kind in custom.KINDS:
        options = samples.OPTIONS.get(kind, {})
        if kind == "formula" and "list_price" not in entity.fields:
            continue  # which that formula reads
        CustomField.objects.create(entity=entity.key, kind=kind, label=f"My {kind}", options=options)
    custom.load()


@pytest.fixture
def population(cast: Cast) -> Callable[[Entity, int], list[Any]]:
    """Records of an entity whose fields run through all values, each at its own pace."""

    def populate(entity: Entity, count: int = 14) -> list[Any]:
        add_custom_fields(entity)
        records = [samples.make(entity, actor=cast.director) for _ in range(count)]
        for place, record in enumerate(records):
            for step, (key, field) in enumerate(entity.fields.items()):
                values = values_of(field, cast)
                if not values or (entity.parent and key in COMMON) or (key in ("created_at", "updated_at")):
                    continue
                value = values[(place + step) % len(values)]
                if key == entity.title:
                    value = TEXTS[place % len(TEXTS)] or "untitled"
                field.set(record, value)
                if hasattr(record, f"{key}_base"):
                    setattr(record, f"{key}_base", value)
            _apart(record)
            record.save()
        return list(entity.rows(cast.director).filter(id__in=[r.id for r in records]))

    return populate


def _apart(record: Any) -> None:
    """Empty what only one record may have together with another field, where one has it."""
    for rule in record._meta.constraints:
        fields = getattr(rule, "fields", ())
        if (
            len(fields) > 1
            and type(record)._default_manager.filter(**{f: getattr(record, f) for f in fields}).exclude(id=record.id).exists()
        ):
            setattr(record, fields[-1], None)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "entity" in metafunc.fixturenames:
        metafunc.parametrize("entity", list(registry), ids=lambda e: e.key)
