"""Positions as a table, in the order of the list. Who holds them stands in the record of each employee, and travels with those."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.kernel.actor import Actor
from guanxi.kernel.fold import fold
from guanxi.kernel.write import Invalidated
from guanxi.org import positions
from guanxi.org.models import Position
from guanxi.surfaces.admin.structure.plan import Line, Pass, judged
from guanxi.surfaces.admin.structure.tables import Column, Row, yes_or_no

COLUMNS = (
    Column("name", gettext_lazy("Position name"), ("名称", "职位", "岗位", "name", "position")),
    Column("about", gettext_lazy("What it is for"), ("说明",)),
    Column("active", gettext_lazy("Active"), ("状态",)),
)
NEEDED = "name"


def export(actor: Actor) -> Iterator[list[str]]:
    """All positions."""
    for one in Position.objects.order_by("place", "pk"):
        yield [one.name, one.about, yes_or_no(one.active)]


def carry(rows: Sequence[Row], going: Pass) -> None:
    """Each row by its name."""
    seen: dict[str, int] = {}
    for row in rows:
        line = going.line(row, row["name"])
        with judged(line):
            if other := seen.get(fold(row["name"])):
                raise Invalidated({"name": _("Row %(number)d speaks of the same position.") % {"number": other}})
            seen[fold(row["name"])] = row.number
            _position(row, going.actor, line)


def _position(row: Row, actor: Actor, line: Line) -> None:
    one = Position.objects.filter(name__iexact=row["name"]).first()
    if one is None:
        one = positions.create(row["name"], row["about"], actor=actor)
        line.created()
    elif row["name"] != one.name or (row.says("about") and row["about"] != one.about):
        old = (one.name, one.about)
        positions.change(one, row["name"], row["about"] if row.says("about") else one.about, actor=actor)
        one.refresh_from_db()
        for what, before, after in zip((_("Position name"), _("What it is for")), old, (one.name, one.about), strict=True):
            if before != after:
                line.changed(_("%(what)s: %(old)s → %(new)s") % {"what": what, "old": before or "—", "new": after or "—"})
    active = row.truth("active")
    if active is not None and active != one.active:
        positions.close(one, active=active, actor=actor)
        line.changed(_("opened again") if active else _("closed"))
