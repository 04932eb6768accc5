"""The column plan: what a list selects and how each cell is drawn, compiled per entity, columns and rights.

Hidden fields are not selected; masked ones are masked in SQL; the title of a referred record is NULL where the reader
may not see it. The same plan feeds lists, exports, API and print.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import BigIntegerField, Case, CharField, F, Func, OuterRef, Subquery, Value, When
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast
from markupsafe import escape

from guanxi.kernel import access, clock, statement
from guanxi.kernel.actor import Actor
from guanxi.kernel.china import phone
from guanxi.kernel.fields.base import Field, Reader
from guanxi.kernel.fields.column import Keyed, Linked, Naming
from guanxi.kernel.kept import Kept

if TYPE_CHECKING:
    from guanxi.kernel.entity import Entity


#: So many different cells of a column are kept for the pages to come.
CELLS = 500


@dataclass(frozen=True)
class Column:
    """One column: the field, where its values start in the row, how many there are, whether masked."""

    field: Field
    start: int
    span: int
    masked: bool

    def values(self, row: Sequence[Any]) -> Sequence[Any]:
        """The value and its companions out of a row."""
        values = row[self.start : self.start + self.span]
        if self.masked and self.field.kind.name == "phone":
            return [phone.dashed(values[0] or "")]
        if self.masked or not isinstance(self.field.column, Keyed):
            return values
        return [self.field.column.load(values[0]), *values[1:]]

    def html(self, row: Sequence[Any], reader: Reader) -> str:
        """The cell."""
        values = self.values(row)
        return str(escape(values[0] or "")) if self.masked else self.field.kind.cell(values, reader)

    @property
    def repeats(self) -> bool:
        """Whether equal values make equal cells, so that a page need draw them once."""
        return not self.masked and self.field.kind.stored != "list"

    def export(self, row: Sequence[Any], reader: Reader) -> Any:
        """The workbook cell."""
        values = self.values(row)
        if self.masked:
            return values[0]
        if self.span > 1 and self.field.kind.name == "lookup":
            return values[1]
        if self.span > 1 and self.field.kind.name == "links":
            return "、".join(values[1].values()) or None
        return self.field.kind.export(values[0], reader)


@dataclass(frozen=True)
class Plan:
    """Columns and the paths to select after the id and the sort value."""

    entity: Entity
    columns: tuple[Column, ...]
    paths: tuple[Any, ...]
    links: tuple[Field, ...]
    reader: Reader
    keys: tuple[str, ...] = ()
    _cells: dict[int, tuple[date | datetime, dict[Any, str]]] = dataclasses.field(default_factory=dict, compare=False)

    #: What a drawer of this plan works out once: openings of cells, in this language.
    marks: dict[str, Any] = dataclasses.field(default_factory=dict, compare=False)

    def cells(self, at: int) -> dict[Any, str] | None:
        """Where the drawn cells of a column are kept by their values, for as long as they hold; None where nothing repeats.

        The plan goes when rights, names, shape or language move, and its cells with it.
        """
        column = self.columns[at]
        if not column.repeats:
            return None
        moment = clock.now().replace(second=0, microsecond=0) if column.field.kind.moves else clock.today()
        since, cells = self._cells.get(at, (None, {}))
        if since != moment or len(cells) > CELLS:
            cells = {}
            self._cells[at] = (moment, cells)
        return cells

    def attach(self, rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """Append to each row, for each link column, the linked ids and the titles that the reader may see.

        One query for all links and one more a column that has any, never one a row.
        """
        complete = list(rows)
        linked = self._linked([row[0] for row in complete]) if self.links and complete else {}
        for field in self.links:
            found = linked.get(field.column.field, {})  # type: ignore[attr-defined]
            titles = field.kind.titles({i for ids in found.values() for i in ids}, self.reader)  # type: ignore[attr-defined]
            each = {row: {i: titles[i] for i in ids if i in titles} for row, ids in found.items()}
            complete = [(*row, found.get(row[0], []), each.get(row[0], {})) for row in complete]
        return complete

    def _linked(self, records: list[int]) -> dict[str, dict[int, list[int]]]:
        """The linked ids by name of the link and record, in the order in which they were linked."""
        from guanxi.kernel.models import Link

        names = tuple(field.column.field for field in self.links)  # type: ignore[attr-defined]

        def make() -> statement.Statement:
            links = Link.objects.filter(access.AnyOf(F("source"), statement.Slot("records")), field__in=names)
            return statement.compiled(links.order_by("id").values_list("field", "source", "target"))

        found: dict[str, dict[int, list[int]]] = {}
        for name, source, target in statement.kept(self.reader.actor, ("links", names), make).run(records=records):
            found.setdefault(name, {}).setdefault(source, []).append(target)
        return found


_plans: Kept[Plan] = Kept(1_000)


def compile(entity: Entity, keys: Iterable[str], actor: Actor) -> Plan:
    """The plan for these columns; unknown and hidden ones are left out without a word."""
    wanted = tuple(keys)
    return _plans.get(actor, (entity.key, wanted), lambda: _compile(entity, wanted, actor))


def _compile(entity: Entity, keys: tuple[str, ...], actor: Actor) -> Plan:
    visible = entity.visible(actor)
    columns: list[Column] = []
    paths: list[Any] = []
    links: list[Field] = []
    for key in dict.fromkeys(keys):
        field = visible.get(key)
        if field is None:
            continue
        masked = actor.right(entity.key, key) == "masked"
        if isinstance(field.column, Linked) and not masked:
            links.append(field)
            continue
        select = [_masked(field)] if masked else _select(field, actor)
        columns.append(Column(field, 2 + len(paths), len(select), masked))
        paths += select
    order = {key: place for place, key in enumerate(keys)}
    columns += [Column(f, 2 + len(paths) + 2 * n, 2, False) for n, f in enumerate(links)]
    return Plan(entity, tuple(sorted(columns, key=lambda c: order[c.field.key])), tuple(paths), tuple(links), Reader(actor), keys)


def _select(field: Field, actor: Actor) -> list[Any]:
    if isinstance(field.column, Keyed):
        value = KeyTransform(field.column.key, "custom")
        named = Cast(KeyTextTransform(field.column.key, OuterRef("custom")), BigIntegerField())
        return [value, _title_of(field, named, actor)] if hasattr(field.kind, "target") else [value]
    path = str(field.column.path)
    if isinstance(field.column, Naming):
        return [path, _title_of(field, OuterRef(path), actor)]
    if not hasattr(field.kind, "target"):
        return [path, *field.kind.companions(path)]
    target = field.kind.target
    if actor.right(target.key, target.title) in ("hidden", "masked"):
        return [path, *(Value(None, CharField()) for _companion in field.kind.companions(path))]
    within = access.scope(target, actor, "view", prefix=f"{path.removesuffix('_id')}__")
    titles = [F(p) for p in field.kind.companions(path)]
    if within is not None or not actor.may(target.key, "view"):
        titles = [Case(When(within, then=t), default=None) for t in titles] if within else [Value(None, CharField())]  # type: ignore[misc, list-item]
    return [path, *titles]


def _title_of(field: Field, named: Any, actor: Actor) -> Any:
    """The title of the record with this id, NULL where the actor may not see it."""
    target = field.kind.target  # type: ignore[attr-defined]
    if actor.right(target.key, target.title) in ("hidden", "masked") or not actor.may(target.key, "view"):
        return Value(None, CharField())
    return Subquery(target.rows(actor, deleted=None).filter(id=named).values(target.title)[:1])


def _masked(field: Field) -> Any:
    return _Masked(field.column.expression()) if field.kind.name == "phone" else Value("****", CharField())


class _Masked(Func):
    """A phone number as `china.phone.mask` leaves it, but for the dash behind the area: one rule, or two roads tell the whole number."""

    template = r"""(SELECT CASE
        WHEN n ~ '^\+861[3-9]\d{9}$' THEN substr(n, 4, 3) || '****' || right(n, 4)
        WHEN n ~ '^\+86' THEN '0' || left(substr(n, 4), -4) || '****'
        WHEN n ~ '^\+' AND length(n) > 10 THEN left(n, -8) || '****' || right(n, 4)
        WHEN n ~ '^\+' THEN left(n, 4) || '****'
        WHEN n ~ '^[48]00\d{7}$' THEN left(n, 3) || '-' || substr(n, 4, 3) || '-****'
        ELSE n END FROM (SELECT split_part(coalesce(%(expressions)s, ''), ';', 1) AS n) AS given)"""
    output_field = CharField()
    arity = 1
