"""Automatic numbers such as KH-202611-0001: of parts that an administrator chooses, from one counter for each of their periods.

A number without gaps is given under the row lock of its counter, which lasts until the transaction ends. A quick one is drawn
beside the transaction: nobody waits, and what is taken back leaves a gap. A counter begins behind what records bear already.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection, models
from django.db.models.fields.json import KeyTextTransform

from guanxi.kernel import clock, directory
from guanxi.kernel.fields.base import Field
from guanxi.kernel.fields.code import NumberKind
from guanxi.kernel.registry import registry

if TYPE_CHECKING:
    from guanxi.kernel.entity import Entity

#: Parts that are dates: how each is written, and by what figure counts.
DATES = {"year": "%Y", "year2": "%y", "month": "%m", "day": "%d"}
#: The kinds of parts in the order in which they are offered, and what each reset needs among them.
PARTS = ("text", *DATES, "department", "counter")
RESETS: dict[str, tuple[frozenset[str], ...]] = {
    "never": (),
    "year": (frozenset({"year", "year2"}),),
    "month": (frozenset({"year", "year2"}), frozenset({"month"})),
    "day": (frozenset({"year", "year2"}), frozenset({"month"}), frozenset({"day"})),
}
#: Letters of a department's code that a number takes, and of the whole number.
CODE, LONGEST = 12, 40
Part = tuple[str, str]


@dataclass(frozen=True)
class Scheme:
    """What a number is made of: (kind, text or width) in order; when its counter begins anew; whether gaps do not matter."""

    parts: tuple[Part, ...]
    reset: str = "month"
    quick: bool = False

    @property
    def width(self) -> int:
        """The digits of the counter at least."""
        return next((int(value) for kind, value in self.parts if kind == "counter"), 1)

    def around(self, on: date, department: str) -> tuple[str, str]:
        """What stands before the counter, and behind it."""
        texts = [_text(part, on, department) for part in self.parts]
        at = [kind for kind, _value in self.parts].index("counter")
        return "".join(texts[:at]), "".join(texts[at + 1 :])

    def counter(self, on: date) -> str:
        """The name of the counter of a day: schemes by which two might give the same number share one."""
        name = "".join("#" if kind == "counter" else self._fixed((kind, value), on) or f"<{kind}>" for kind, value in self.parts)
        return name.removesuffix("-#")

    def pattern(self, on: date) -> str:
        """A regular expression of the numbers of this counter, the figure in brackets."""
        widths = {"year": 4, "year2": 2, "month": 2, "day": 2}
        found = []
        for kind, value in self.parts:
            fixed = self._fixed((kind, value), on)
            if kind == "counter":
                found.append("([0-9]+)")
            elif fixed is not None:
                found.append(re.escape(fixed))
            else:
                found.append(".*" if kind == "department" else f"[0-9]{{{widths[kind]}}}")
        return f"^{''.join(found)}$"

    def _fixed(self, part: Part, on: date) -> str | None:
        """A part that is the same in all numbers of one counter; None where it is not."""
        kind, value = part
        if kind == "text":
            return value
        inside = {"never": 0, "year": 2, "month": 3, "day": 4}[self.reset]
        return _text(part, on, "") if kind in list(DATES)[:inside] else None


def _text(part: Part, on: date, department: str) -> str:
    kind, value = part
    if kind in DATES:
        return on.strftime(DATES[kind])
    return department if kind == "department" else value


_known: dict[tuple[str, str], Scheme] = {}
_state: dict[str, int | None] = {"version": None}


def usual(kind: NumberKind) -> Scheme:
    """The scheme of a field that nobody has changed."""
    dates = {"month": ("year", "month"), "year": ("year",)}.get(kind.reset, ())
    lead: list[Part] = [("text", f"{kind.prefix}-")] if kind.prefix else []
    reset = kind.reset if kind.reset in RESETS else "never"
    between: list[Part] = [("text", "-")] if dates else []
    return Scheme((*lead, *((each, "") for each in dates), *between, ("counter", str(kind.digits))), reset)


def scheme(entity: Entity, field: Field) -> Scheme:
    """How the numbers of a field are made now."""
    assert isinstance(field.kind, NumberKind)
    return _known.get((entity.key, field.key)) or usual(field.kind)


def load() -> None:
    """Read what administrators chose."""
    from guanxi.kernel.models import Numbering

    rows = Numbering.objects.all()
    found = {(row.entity, row.field): Scheme(tuple((k, v) for k, v in row.parts), row.reset, row.quick) for row in rows}
    _known.clear()
    _known.update(found)


def refresh(version: int) -> None:
    """Read it again when `shape_version` has moved."""
    if _state["version"] != version:
        _state["version"] = version
        load()


def give(entity: Entity, field: Field, records: Sequence[Any]) -> None:
    """Number new records, in their order."""
    made, today = scheme(entity, field), clock.today()
    last = _take(entity, field, made, len(records))
    for figure, record in enumerate(records, start=last - len(records) + 1):
        field.set(record, spelled(made, figure, today, _code(record)))


def spelled(made: Scheme, figure: int, on: date, department: str) -> str:
    """One number."""
    before, behind = made.around(on, department)
    return f"{before}{figure:0{made.width}d}{behind}"


def next_ones(entity: Entity, field: Field, made: Scheme, count: int = 3) -> list[str]:
    """What the next numbers would be, taking none."""
    from guanxi.kernel.models import Counter

    today = clock.today()
    stands = Counter.objects.filter(name=made.counter(today)).values_list("value", flat=True).first()
    last = _borne(entity, field, made) if stands is None else stands
    sample = next((e.code for e in directory.departments().values() if e.code), "")
    return [spelled(made, last + n, today, sample[:CODE]) for n in range(1, count + 1)]


def catch_up(entity: Entity, field: Field) -> None:
    """Have the counter stand behind what records bear already: another scheme may have given numbers that this one would give."""
    made = scheme(entity, field)
    with connection.cursor() as cursor:
        for day in _days():
            sql = "UPDATE kernel_counter SET value = GREATEST(value, %s) WHERE name = %s"
            cursor.execute(sql, [_borne(entity, field, made, day), made.counter(day)])


def ahead() -> int:
    """Make the counters of today and tomorrow that do not stand yet; returns how many.

    What records bear already is found by looking at all of them, for which the first clerk of a month need not wait.
    """
    from guanxi.kernel.models import Counter

    wanted = {
        scheme(entity, field).counter(day): (entity, field, day)
        for entity in registry
        for field in entity.fields.values()
        if isinstance(field.kind, NumberKind)
        for day in _days()
    }
    for name in Counter.objects.filter(name__in=wanted).values_list("name", flat=True):
        del wanted[name]
    with connection.cursor() as cursor:
        for name, (entity, field, day) in wanted.items():
            borne = _borne(entity, field, scheme(entity, field), day)
            cursor.execute("INSERT INTO kernel_counter (name, value) VALUES (%s, %s) ON CONFLICT (name) DO NOTHING", [name, borne])
    return len(wanted)


def _days() -> tuple[date, date]:
    """Of which there are counters: today's, and what will be today's."""
    return clock.today(), clock.today() + timedelta(days=1)


def _code(record: Any) -> str:
    entry = directory.departments().get(record.department_id or 0)
    return entry.code[:CODE] if entry else ""


def _take(entity: Entity, field: Field, made: Scheme, count: int) -> int:
    """The last of so many figures that nobody else gets."""
    name = made.counter(clock.today())
    if made.quick:
        beside = connection.copy()  # its own transaction, which ends at once
        try:
            return _count_up(beside, name, count, lambda: _borne(entity, field, made))
        finally:
            beside.close()
    return _count_up(connection, name, count, lambda: _borne(entity, field, made))


def _count_up(on: Any, name: str, count: int, borne: Any) -> int:
    with on.cursor() as cursor:
        cursor.execute("UPDATE kernel_counter SET value = value + %s WHERE name = %s RETURNING value", [count, name])
        row = cursor.fetchone()
        if row is None:
            cursor.execute(
                "INSERT INTO kernel_counter (name, value) VALUES (%s, %s) "
                "ON CONFLICT (name) DO UPDATE SET value = kernel_counter.value + %s RETURNING value",
                [name, borne() + count, count],
            )
            row = cursor.fetchone()
        return int(row[0])


def _borne(entity: Entity, field: Field, made: Scheme, on: date | None = None) -> int:
    """The highest figure of the counter of a day, today's if none is named, that a record bears already, the recycle bin included."""
    pattern = made.pattern(on or clock.today())
    number = models.F(field.column.path) if field.column.path else KeyTextTransform(field.key, "custom")
    figure = models.Func(models.F("_number"), models.Value(pattern), function="substring", output_field=models.CharField())
    rows = entity.objects.annotate(_number=number).filter(_number__regex=pattern).annotate(_figure=figure)
    borne = rows.exclude(_figure__regex="^[0-9]{18,}$").aggregate(
        most=models.Max(models.functions.Cast("_figure", models.BigIntegerField()))
    )
    return int(borne["most"] or 0)


__all__ = [
    "DATES",
    "LONGEST",
    "PARTS",
    "RESETS",
    "Part",
    "Scheme",
    "ahead",
    "catch_up",
    "give",
    "load",
    "next_ones",
    "refresh",
    "scheme",
    "spelled",
    "usual",
]
