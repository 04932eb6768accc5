"""A choice list as a table: its values in their order, with the path of each, leave as a workbook and come back from one.

A value is found by its code, or else by its path or name. What the file does not name stays as it is; nothing is deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.kernel import dictionary, directory
from guanxi.kernel.dictionary import SLASH, Item
from guanxi.kernel.fold import fold
from guanxi.kernel.lists import ListOf
from guanxi.kernel.write import Invalidated
from guanxi.kernel.write import lists as verbs
from guanxi.surfaces.admin.structure.plan import Line, Pass, judged
from guanxi.surfaces.admin.structure.tables import LANGUAGES, Column, Row, yes_or_no

COLOURS: dict[str, str | Promise] = {
    "": gettext_lazy("Grey"),
    "b": gettext_lazy("Blue"),
    "g": gettext_lazy("Green"),
    "a": gettext_lazy("Amber"),
    "r": gettext_lazy("Red"),
    "v": gettext_lazy("Violet"),
}
NEEDED = "zh"


def columns(of: ListOf) -> tuple[Column, ...]:
    """Those of one list; the last is there where it hangs on another."""
    return (
        Column("code", gettext_lazy("Code"), ("编码", "code")),
        Column("path", gettext_lazy("Path"), ("路径", "path")),
        Column("zh", gettext_lazy("Name in Chinese"), ("名称", "中文", "值", "选项", "name", "value", "zh")),
        Column("en", gettext_lazy("Name in English"), ("英文", "en")),
        Column("colour", gettext_lazy("Colour"), ("颜色", "colour")),
        Column("active", gettext_lazy("Offered"), ("启用", "active")),
        Column("default", gettext_lazy("Default"), ("默认",)),
        Column("departments", gettext_lazy("Codes of its departments"), ("部门",)),
        *([Column("under", of.above.label)] if of.above else []),
    )


def export(of: ListOf) -> Iterator[list[str]]:
    """Its values, each after the one above it."""
    above, known = of.above, directory.departments()
    for i in of.items:
        codes = _(", ").join(known[d].code for d in i.departments if d in known)
        row = [i.code, of.dictionary.path(i), i.zh, i.en, str(COLOURS[i.colour]), yes_or_no(i.active), yes_or_no(i.default), codes]
        root = above.dictionary.by_id(of.dictionary.line(i)[0].parent) if above else None
        yield [*row, *([above.dictionary.path(root) if root else ""] if above else [])]


def carrying(of: ListOf) -> Callable[[Sequence[Row], Pass], None]:
    """What goes through the rows of a file of this list."""

    def carry(rows: Sequence[Row], going: Pass) -> None:
        with dictionary.apart():
            _Values(of, going).carry(rows)

    return carry


class _Values:
    """The list, as the rows turn it one after the other into what the file says."""

    def __init__(self, of: ListOf, going: Pass) -> None:
        self.of, self.known, self.actor, self.going = of, of.dictionary, going.actor, going
        self.paths = {fold(self.known.path(i)): i.id for i in of.items}
        self.made: dict[int, int] = {}

    def carry(self, rows: Sequence[Row]) -> None:
        before = self._order()
        lines = {row.number: self.going.line(row, row["zh"]) for row in rows}
        for row in rows:
            with judged(lines[row.number]):
                self._grow(row, lines[row.number])
        dictionary.clear()
        named = [self.made[row.number] for row in rows if row.number in self.made]
        verbs.order(self.of, named, actor=self.actor)
        after = self._order()
        for number, value in self.made.items():
            if value in before and self._next(before, value, named) != self._next(after, value, named):
                lines[number].changed(_("stands elsewhere in the order"))

    def _order(self) -> list[int]:
        return [i.id for i in self.of.items]

    def _next(self, order: Sequence[int], value: int, named: Sequence[int]) -> int | None:
        """Which of the file's values stands before it on its level."""
        item = self.known.by_id(value)
        level = [i for i in order if i in named and (other := self.known.by_id(i)) and item and other.parent == item.parent]
        at = level.index(value) if value in level else 0
        return level[at - 1] if at else None

    def _grow(self, row: Row, line: Line) -> None:
        parent, placed = self._parent(row)
        item = self._meant(row, parent)
        if item is not None and item.id in self.made.values():
            other = next(number for number, made in self.made.items() if made == item.id)
            raise Invalidated({"zh": _("Row %(number)d speaks of the same value.") % {"number": other}})
        if item is None:
            made = verbs.add(self.of, row["zh"], row["en"], self._colour(row, ""), parent, code=row["code"], actor=self.actor)
            line.created()
            item = self._item(made)
        elif placed and item.parent != parent:
            verbs.move(self.of, item, parent, actor=self.actor)
            line.changed(_("stands below %(name)s") % {"name": self._name(parent)})
            item = self._item(item.id)
        self.made[row.number] = item.id
        self._words(row, item, line)
        self._departments(row, self._item(item.id), line)

    def _item(self, value: int) -> Item:
        found = self.known.by_id(value)
        assert found is not None
        return found

    def _name(self, parent: int | None) -> str:
        found = self.known.by_id(parent) or (self.of.above.dictionary.by_id(parent) if self.of.above else None)
        return found.label if found else _("nothing: at the top")

    def _meant(self, row: Row, parent: int | None) -> Item | None:
        """The value that a row speaks of, None for a new one. Raises Invalidated."""
        code = row["code"]
        found = next((i for i in self.of.items if i.code == code), None) if code else None
        if found is not None:
            return found
        if code:
            return None
        named = [i for i in self.of.items if fold(row["zh"]) == fold(i.zh)]
        return next((i for i in named if i.parent == parent), None) or (named[0] if len(named) == 1 and not row["path"] else None)

    def _parent(self, row: Row) -> tuple[int | None, bool]:
        """The value that a row stands below, or is offered under, and whether the file says so. Raises Invalidated."""
        text = self._path_above(row)
        if text:
            found = self.known.by_name(text) or self.known.by_id(self.paths.get(fold(text)))
            if found is None or self.known.doubtful(text):
                raise Invalidated({"path": _("There is no value “%(name)s” to stand below.") % {"name": text}})
            return found.id, True
        if self.of.above is None or not row["under"]:
            return None, row.says("path") and (self.of.above is None or row.says("under"))
        under = self.of.above.dictionary.by_name(row["under"])
        if under is None:
            raise Invalidated({"under": _("Choose a value of “%(list)s”.") % {"list": self.of.above.label}})
        return under.id, True

    def _path_above(self, row: Row) -> str:
        """What stands before the value's own name, which may have been changed or hold a slash itself."""
        path, item = row["path"], next((i for i in self.of.items if i.code == row["code"]), None)
        for name in (row["zh"], row["en"], *((item.zh, item.en) if item else ())):
            if name and fold(path) == fold(name):
                return ""
            if name and fold(path).endswith(fold(SLASH + name)):
                return path[: -len(SLASH + name)]
        return path.rpartition(SLASH)[0]

    def _colour(self, row: Row, stands: str) -> str:
        text = fold(row["colour"])
        for code, name in COLOURS.items():
            names = {code}
            for language in LANGUAGES:
                with translation.override(language):
                    names.add(fold(str(name)))
            if text and text in names:
                return code
        return stands

    def _words(self, row: Row, item: Item, line: Line) -> None:
        en, colour = row["en"] if row.says("en") and row["en"] else item.en, self._colour(row, item.colour)
        active, default = row.truth("active"), row.truth("default")
        wish = (row["zh"], en, colour, item.active if active is None else active, item.default if default is None else default)
        stands = (item.zh, item.en, item.colour, item.active, item.default)
        if wish == stands:
            return
        verbs.change(self.of, item, wish[0], en, colour, active=wish[3], default=wish[4], actor=self.actor)
        if wish[3] != item.active:
            line.changed(_("offered again") if wish[3] else _("offered no more"))
        heads = (_("Name in Chinese"), _("Name in English"), _("Colour"), "", _("Default"))
        for what, old, new in zip(heads, stands, wish, strict=True):
            if what and old != new:
                words = [yes_or_no(v) if isinstance(v, bool) else str(COLOURS.get(str(v), str(v))) for v in (old, new)]
                line.changed(_("%(what)s: %(old)s → %(new)s") % {"what": what, "old": words[0] or "—", "new": words[1] or "—"})

    def _departments(self, row: Row, item: Item, line: Line) -> None:
        if not row.says("departments"):
            return
        codes = {e.code: i for i, e in directory.branches(self.actor).items()}
        wanted = [code for code in row["departments"].replace("，", ",").replace("、", ",").replace(" ", ",").split(",") if code]
        if odd := next((code for code in wanted if code not in codes), ""):
            raise Invalidated({"departments": _("There is no department “%(name)s”.") % {"name": odd}})
        ids = sorted(codes[code] for code in wanted)
        if ids != sorted(item.departments):
            verbs.open_to(self.of, item, ids, actor=self.actor)
            line.changed(_("offered to: %(names)s") % {"names": _(", ").join(wanted) or _("everybody")})


__all__ = ["COLOURS", "NEEDED", "carrying", "columns", "export"]
