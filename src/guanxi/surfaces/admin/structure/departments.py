"""Departments as a table: the tree with codes and heads, in the order of the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.kernel import directory
from guanxi.kernel.actor import Actor
from guanxi.kernel.fold import fold
from guanxi.kernel.write import Invalidated
from guanxi.org import departments, reach
from guanxi.org.models import Department
from guanxi.surfaces.admin.structure.plan import Line, Pass, judged
from guanxi.surfaces.admin.structure.tables import Column, Row, yes_or_no

COLUMNS = (
    Column("code", gettext_lazy("Code"), ("部门编码", "部门编号", "编号", "department code")),
    Column("name", gettext_lazy("Department name"), ("名称", "部门", "name", "department")),
    Column("above_code", gettext_lazy("Code of the one above"), ("上级编码", "上级编号", "parent code")),
    Column("above", gettext_lazy("Above it"), ("上级", "上级名称", "parent")),
    Column("head", gettext_lazy("User name of the head"), ("负责人", "主管", "head")),
    Column("company", gettext_lazy("Company of its own")),
    Column("active", gettext_lazy("Active"), ("状态",)),
)
NEEDED = "name"


def export(actor: Actor) -> Iterator[list[str]]:
    """The departments that somebody looks after, each after the one above it; of what lies beyond them nothing is said."""
    known = {d.pk: d for d in reach.places(actor).order_by("position", "pk")}
    logins = dict(reach.accounts(actor).values_list("pk", "login"))
    below: dict[int | None, list[Department]] = {}
    for one in known.values():
        below.setdefault(one.parent_id if one.parent_id in known else None, []).append(one)
    ahead = list(reversed(below.get(None, [])))
    while ahead:
        one = ahead.pop()
        above = known.get(one.parent_id or 0)
        place = [above.code, above.name] if above else ["", ""]
        yield [one.code, one.name, *place, logins.get(one.head_id or 0, ""), yes_or_no(one.company), yes_or_no(one.active)]
        ahead += reversed(below.get(one.pk, []))


def carry(rows: Sequence[Row], going: Pass) -> None:
    """All rows, each after the one that it stands below; what closes, last and from below."""
    tree = _Tree(rows, going)
    lines = {row.number: going.line(row, row["name"]) for row in rows}
    order = tree.order()
    for row in order:
        with judged(lines[row.number]):
            tree.grow(row, lines[row.number])
    for row in reversed(order):
        if (one := tree.made.get(row.number)) is not None:
            with judged(lines[row.number]):
                tree.shut(one, lines[row.number])
    for number in lines.keys() - {row.number for row in order}:
        lines[number].refuse(_("“%(name)s” cannot stand below itself.") % {"name": lines[number].name})


class _Tree:
    """The departments that somebody looks after, as the rows turn them one after the other into what the file says."""

    def __init__(self, rows: Sequence[Row], going: Pass) -> None:
        self.rows, self.going = rows, going
        self.known: dict[int, Department] = {d.pk: d for d in reach.places(going.actor).order_by("-active", "position", "pk")}
        self.by_code = {d.code: d.pk for d in self.known.values()}
        #: What another row means by its code is not meant by a name.
        self.claimed = {self.by_code[row["code"]] for row in rows if row["code"] in self.by_code}
        self.made: dict[int, Department] = {}
        self.above_in_file = {row.number: self._row_above(row) for row in rows}

    def _row_above(self, row: Row) -> Row | None:
        """The row of the department above it, where the file has it."""
        if code := row["above_code"]:
            return next((other for other in self.rows if other["code"] == code and other is not row), None)
        wanted = fold(row["above"])
        named = [other for other in self.rows if fold(other["name"]) == wanted and other is not row] if wanted else []
        return named[0] if len(named) == 1 else None

    def order(self) -> list[Row]:
        """The rows, each after the one above it; those that stand in a circle are missing."""
        below: dict[int, list[Row]] = {}
        for row in self.rows:
            above = self.above_in_file[row.number]
            below.setdefault(above.number if above else 0, []).append(row)
        found: list[Row] = []
        ahead = list(reversed(below.get(0, [])))
        while ahead:
            row = ahead.pop()
            found.append(row)
            ahead += reversed(below.get(row.number, []))
        return found

    def grow(self, row: Row, line: Line) -> None:
        """Found or change the department of a row. Raises Refused."""
        above, placed = self._above(row)
        one = self._meant(row, above, placed=placed)
        if one is None:
            one = self._found(row, above, line)
        else:
            self._once(row, one)
            self._recode(row, one, line)
            if row.truth("active") and not one.active:
                departments.close(one, active=True, actor=self.going.actor)
                line.changed(_("opened again"))
            self._place(one, above, line, placed=placed)
        self._company(row, one, line)
        self._name(row, one, line)
        self._head(row, one, line)
        self.made[row.number] = self.known[one.pk] = one
        self.by_code[one.code] = one.pk

    def shut(self, one: Department, line: Line) -> None:
        """Close it where the file says so. Raises Refused."""
        if line.row.truth("active") is False and one.active:
            departments.close(one, active=False, actor=self.going.actor)
            line.changed(_("closed"))

    def _above(self, row: Row) -> tuple[Department | None, bool]:
        """The department above, and whether the file says anything about it. Raises Invalidated."""
        if (other := self.above_in_file[row.number]) is not None:
            if other.number not in self.made:
                raise Invalidated({"above": _("The department above it, in row %(number)d, is refused.") % {"number": other.number}})
            return self.made[other.number], True
        if code := row["above_code"]:
            found = [self.known[self.by_code[code]]] if code in self.by_code else []
        elif name := row["above"]:
            found = [d for d in self.known.values() if fold(d.name) == fold(name)]
            found = [d for d in found if d.active] or found
        else:
            return None, row.says("above") or row.says("above_code")
        if len(found) == 1:
            return found[0], True
        word = row["above_code"] or row["above"]
        if found or sum(fold(other["name"]) == fold(word) for other in self.rows) > 1:
            raise Invalidated({"above": _("Several departments are called “%(name)s”. Say by its code which is above.") % {"name": word}})
        raise Invalidated({"above": _("There is no department “%(name)s” to stand below.") % {"name": word}})

    def _meant(self, row: Row, above: Department | None, *, placed: bool) -> Department | None:
        """The department that a row speaks of, None for a new one. Raises Invalidated."""
        if row["code"] in self.by_code:
            return self.known[self.by_code[row["code"]]]
        named = [d for d in self.known.values() if fold(d.name) == fold(row["name"]) and d.pk not in self.claimed]
        if placed:
            here = above.pk if above else None
            named = [d for d in named if self._seen_above(d) == here]
        elif len(named) > 1:
            raise Invalidated(
                {"name": _("Several departments are called “%(name)s”. Say by its code which is meant.") % {"name": row["name"]}}
            )
        taken = {one.pk for one in self.made.values()}
        free = [d for d in named if d.pk not in taken]
        if not free and row["code"]:  # what an earlier row of the file speaks of has another code
            return None
        return next(iter(free or named), None)

    def _seen_above(self, one: Department) -> int | None:
        """What stands above it, as far as somebody looks after."""
        return one.parent_id if one.parent_id in self.known else None

    def _once(self, row: Row, one: Department) -> None:
        if other := next((number for number, made in self.made.items() if made.pk == one.pk), 0):
            raise Invalidated({"name": _("Row %(number)d speaks of the same department.") % {"number": other}})

    def _found(self, row: Row, above: Department | None, line: Line) -> Department:
        """A new one; its code, and whether it comes closed, are for system administrators to say."""
        actor, closed = self.going.actor, row.truth("active") is False
        trusted = reach.everywhere(actor)
        one = departments.create(row["name"], above, actor=actor, code=row["code"] if trusted else "", active=not (closed and trusted))
        line.created()
        if row["code"] and one.code != row["code"]:
            line.notes.append(_("its code is given here"))
        if above is not None:
            line.notes.append(_("below %(name)s") % {"name": above.name})
        if not one.active:
            line.notes.append(_("closed"))
        self.going.again()
        return one

    def _recode(self, row: Row, one: Department, line: Line) -> None:
        code, old = row["code"], one.code
        if code and code != old and reach.everywhere(self.going.actor):
            departments.recode(one, code, actor=self.going.actor)
            line.changed(_changed(_("Code"), old, one.code))

    def _place(self, one: Department, above: Department | None, line: Line, *, placed: bool) -> None:
        if placed and self._seen_above(one) != (above.pk if above else None):
            old = directory.department_name(one.parent_id)
            departments.place(one, above, actor=self.going.actor)
            line.changed(_changed(_("Above it"), old, above.name if above else ""))

    def _company(self, row: Row, one: Department, line: Line) -> None:
        wanted = row.truth("company")
        if wanted is not None and wanted != one.company:
            departments.found(one, company=wanted, actor=self.going.actor)
            line.changed(_changed(_("Company of its own"), yes_or_no(not wanted), yes_or_no(wanted)))

    def _name(self, row: Row, one: Department, line: Line) -> None:
        if row["name"] != one.name:
            old = one.name
            departments.change(one, row["name"], one.head, actor=self.going.actor)
            line.changed(_changed(_("Department name"), old, one.name))

    def _head(self, row: Row, one: Department, line: Line) -> None:
        """Another head, as far as he may be one; one from beyond is not spoken of."""
        shown = reach.accounts(self.going.actor).filter(pk=one.head_id).first() if one.head_id else None
        if not row.says("head") or fold(row["head"]) == (fold(shown.login) if shown else ""):
            return
        with self.going.of_a_person(line):
            head = self.going.person(row["head"]) if row["head"] else None
            departments.change(one, one.name, head, actor=self.going.actor)
            line.changed(_changed(_("Head"), shown.name if shown else "", head.name if head else ""))


def _changed(what: str, old: str, new: str) -> str:
    return _("%(what)s: %(old)s → %(new)s") % {"what": what, "old": old or "—", "new": new or "—"}
