"""The month table: everybody whose attendance one may see, each day of the month with a mark. Nothing here asks past `rows(actor)`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from guanxi.kernel import access, clock
from guanxi.kernel.actor import SYSTEM, Actor
from guanxi.people import absence, hours
from guanxi.people.entities.attendance import STATE, AttendanceEntity
from guanxi.people.entities.employee import STATUS, Employee
from guanxi.people.entities.leave import KIND
from guanxi.people.entities.leave import STATE as DECISION

ENTITY = AttendanceEntity.instance
#: What a cell needs; who may not read one of these sees no month table.
NEEDED = ("day", "state")
#: mark → (short, tone, in words). Short ones are one character in Chinese.
MARKS: Mapping[str, tuple[str | Promise, str, str | Promise]] = {
    "normal": ("✓", "g", gettext_lazy("on time")),
    "late": (pgettext_lazy("mark", "L"), "a", gettext_lazy("late")),
    "early": (pgettext_lazy("mark", "E"), "a", gettext_lazy("left early")),
    "both": (pgettext_lazy("mark", "LE"), "r", gettext_lazy("late and left early")),
    "present": ("·", "b", gettext_lazy("at work")),
    "missing": (pgettext_lazy("mark", "M"), "r", gettext_lazy("a press is missing")),
    "extra": (pgettext_lazy("mark", "+"), "v", gettext_lazy("at work on a day off")),
    "leave": (pgettext_lazy("mark", "V"), "b", gettext_lazy("on leave")),
    "half": (pgettext_lazy("mark", "½"), "b", gettext_lazy("half a day on leave")),
    "trip": (pgettext_lazy("mark", "T"), "b", gettext_lazy("travelling or out on business")),
    "absent": ("✕", "r", gettext_lazy("not there")),
    "off": ("", "off", gettext_lazy("day off")),
    "ahead": ("", "", ""),
}
BUSINESS = ("trip", "out")


@dataclass(frozen=True)
class Cell:
    """One person on one day."""

    day: date
    mark: str
    came: datetime | None = None
    gone: datetime | None = None
    record: int | None = None
    kind: str = ""

    @property
    def short(self) -> str:
        """What stands in the cell."""
        return str(MARKS[self.mark][0])

    @property
    def tone(self) -> str:
        """The colour class."""
        return MARKS[self.mark][1]

    @property
    def times(self) -> str:
        """09:02 – 18:11, as far as known."""
        return " – ".join(clock_time(moment) for moment in (self.came, self.gone)) if self.came or self.gone else ""

    @property
    def words(self) -> str:
        """For the ear and the pointer."""
        return " · ".join(part for part in (str(MARKS[self.mark][2]), self.kind, self.times) if part)


@dataclass(frozen=True)
class Row:
    """A person with his days and how often each thing happened."""

    person: int
    name: str
    department: int | None
    cells: Sequence[Cell]

    def count(self, *marks: str) -> int:
        """Days with one of these marks."""
        return sum(1 for cell in self.cells if cell.mark in marks)


def clock_time(moment: datetime | None) -> str:
    """By the company's clock; a dash where nobody pressed."""
    return f"{timezone.localtime(moment, timezone.get_default_timezone()):%H:%M}" if moment else "—"


def shown(actor: Actor) -> bool:
    """Whether there is a month table for this actor at all."""
    return actor.may(ENTITY.key, "view") and all(actor.right(ENTITY.key, key) in ("edit", "readonly") for key in NEEDED)


def days_of(month: date) -> list[date]:
    """Every day of the month in which this day lies."""
    first = month.replace(day=1)
    after = (first + timedelta(days=32)).replace(day=1)
    return [first + timedelta(days=n) for n in range((after - first).days)]


def people(actor: Actor, month: date, *, action: str = "view", q: str = "") -> Any:
    """Those with an account whose attendance the actor's grants reach, by name, as far as they worked here in the month."""
    days = days_of(month)
    reached = access.scope(ENTITY, actor, action)
    rows = Employee._default_manager.filter(deleted_at=None).exclude(account=None)
    rows = rows.filter(reached) if reached is not None else rows
    rows = rows.filter(Q(hired=None) | Q(hired__lte=days[-1])).filter(Q(left__gte=days[0]) | Q(left=None) & ~Q(status=STATUS.id("left")))
    if q:
        rows = rows.filter(name__icontains=q)
    return rows.order_by("name_sort", "id")


def rows_of(employees: Sequence[Any], month: date, actor: Actor, *, action: str = "view") -> list[Row]:
    """The table for these people."""
    days, ids = days_of(month), [e.account_id for e in employees]
    pressed = _pressed(ids, days, actor, action)
    away = _away(ids, days, actor)
    tables, begun = [hours.of(e.account_id) for e in employees], _begun()
    return [
        Row(
            e.account_id,
            e.name,
            e.department_id,
            [_cell(e, day, pressed.get((e.account_id, day)), away.get((e.account_id, day), {}), table, begun) for day in days],
        )
        for e, table in zip(employees, tables, strict=True)
    ]


def _pressed(ids: Collection[int], days: Sequence[date], actor: Actor, action: str) -> dict[tuple[int, date], dict[str, Any]]:
    readable = [key for key in ("came", "gone") if actor.right(ENTITY.key, key) in ("edit", "readonly")]
    rows = ENTITY.rows(actor, action).filter(owner__in=ids, day__range=(days[0], days[-1]))
    return {(row["owner_id"], row["day"]): row for row in rows.values("id", "owner_id", "day", "state", *readable)}


def _away(ids: Collection[int], days: Sequence[date], actor: Actor) -> dict[tuple[int, date], dict[str, str]]:
    """(person, day) → half of the day → kind of leave, of those agreed requests that the actor may see."""
    rows = absence.ENTITY.rows(actor).filter(owner__in=ids, state=DECISION.id("agreed"), first_day__lte=days[-1], last_day__gte=days[0])
    open_kind = actor.right(absence.ENTITY.key, "kind") in ("edit", "readonly")
    found: dict[tuple[int, date], dict[str, str]] = {}
    for row in rows if actor.may(absence.ENTITY.key, "view") else ():
        item = KIND.by_id(row.kind) if open_kind else None
        for day, half in absence.halves(row):
            found.setdefault((row.owner_id, day), {})[half] = item.code if item else "other"
    return found


def _cell(employee: Any, day: date, row: Mapping[str, Any] | None, away: Mapping[str, str], table: hours.Hours, begun: date) -> Cell:
    kind = KIND.by_code(next(iter(away.values()))) if away else None
    word = kind.label if kind else ""
    if row is not None:
        item = STATE.by_id(row["state"])
        mark = item.code if item else "present"
        if mark == "present" and day < table.today:
            mark = "missing"  # it will be said so in the record within the hour
        return Cell(day, mark, row.get("came"), row.get("gone"), row["id"], word)
    works = table.works(day)
    if away and (works or (kind is not None and kind.extra.get("all_days"))):
        if kind is not None and kind.code in BUSINESS:
            return Cell(day, "trip", kind=word)
        return Cell(day, "leave" if len(away) == 2 else "half", kind=word)
    if not works:
        return Cell(day, "off")
    gone = (employee.left and day > employee.left) or (employee.hired and day < employee.hired)
    if gone or not begun <= day < table.today or (not employee.hired and day < _since(employee)):
        return Cell(day, "ahead")
    return Cell(day, "absent")


def _begun() -> date:
    """Nobody was absent before anybody pressed at all: then the company did it otherwise."""
    first = ENTITY.rows(SYSTEM).exclude(day=None).order_by("day", "id").values_list("day", flat=True).first()
    return first or clock.today()


def _since(employee: Any) -> date:
    """Nobody was absent before he was known here."""
    return absence.day_of(employee.created_at)


def summary(row: Row) -> list[tuple[str, int]]:
    """What the last columns count."""
    return [
        (_("Days there"), row.count("normal", "late", "early", "both", "present", "missing", "extra")),
        (_("Late or early"), row.count("late", "early", "both")),
        (_("Press missing"), row.count("missing")),
        (_("Away"), row.count("leave", "half", "trip")),
        (_("Not there"), row.count("absent")),
    ]
