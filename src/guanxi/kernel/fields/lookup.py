"""References to other records: one (`Lookup`) or many (`Links`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from guanxi.kernel.condition.primitive import Primitive
from guanxi.kernel.fields.base import Declared, Field, Invalid, Kind, Label, Reader, picker

if TYPE_CHECKING:
    from guanxi.kernel.entity import Entity


class LookupKind(Kind):
    """A record of another entity, read by id, number or exact title among those the reader may see."""

    name = "lookup"
    operators: ClassVar[Sequence[str]] = ("is", "is_not", "in", "not_in", "empty", "not_empty")
    stored = "integer"
    json_type = {"type": ["integer", "null"]}
    width = 220

    def __init__(self, to: str, *, proposes: Mapping[str, str] | None = None, offers: Sequence[Any] = ()) -> None:
        self.to, self.proposes, self.offers = to, dict(proposes or {}), list(offers)

    @property
    def target(self) -> Entity:
        """The entity that it refers to."""
        from guanxi.kernel.registry import registry

        return registry.by_model_label(self.to)

    def read(self, raw: Any, reader: Reader) -> int:
        if isinstance(raw, int) and (self.target.key, raw) in reader.known:
            return raw
        rows = self.target.rows(reader.actor)
        if isinstance(raw, int) or (isinstance(raw, str) and raw.strip().isdecimal() and len(raw.strip()) < 16):
            found = list(rows.filter(id=int(raw)).values_list("id", flat=True))
            if found or isinstance(raw, int):
                return self.only(found, raw)
        return self.only(self.target.find_by_title(rows, str(raw).strip()), raw)

    def only(self, ids: list[int], raw: Any) -> int:
        """The single id, or a refusal that says what is wrong."""
        if len(ids) == 1:
            return ids[0]
        words = {"value": raw, "entity": self.target.label}
        if ids:
            raise Invalid(_("Several records of “%(entity)s” are called “%(value)s”. Give the number of the one you mean.") % words)
        raise Invalid(_("There is no “%(entity)s” called “%(value)s” that you may see.") % words)

    def text(self, value: Any, reader: Reader) -> str:
        if value is None:
            return ""
        return self.titles([value], reader).get(value, "")

    def titles(self, ids: Iterable[int], reader: Reader) -> dict[int, str]:
        """Titles of those records that the reader may see; none where the title itself is closed to him."""
        if reader.actor.right(self.target.key, self.target.title) in ("hidden", "masked"):
            return {}
        wanted = list(ids)
        return self.target.titles(wanted, reader.actor) if wanted else {}

    def link(self, value: int, title: str) -> str:
        """An anchor to the record."""
        return f'<a href="/{self.target.slug}/{value}/" data-open>{escape(title)}</a>'

    def html(self, value: Any, reader: Reader) -> str:
        title = self.text(value, reader)
        return self.link(value, title) if title else ""

    def companions(self, path: str) -> tuple[str, ...]:
        return (f"{path.removesuffix('_id')}__{self.target.title}",)

    def cell(self, values: Sequence[Any], reader: Reader) -> str:
        """The title is NULL where the reader may not see the record."""
        value, title = values[0], values[1]
        return self.link(value, title) if value and title else ""

    def typed(self, value: Any, reader: Reader) -> str:
        return "" if value is None else str(value)

    def input(self, bound: Field, value: Any, reader: Reader, name: str = "") -> Markup:
        own_ways = f"?as={bound.extra['of']}.{bound.key}" if self.proposes or self.offers else ""
        url = f"/_pick/{self.target.slug}/{own_ways}"
        return picker(bound, name or bound.key, url, self.typed(value, reader), self.text(value, reader))

    def samples(self) -> Iterable[Any]:
        return ()


class LinksKind(LookupKind):
    """Several records of another entity."""

    name = "links"
    operators = ("has", "empty", "not_empty")
    stored = "list"
    sortable = False
    json_type = {"type": "array", "items": {"type": "integer"}}

    @property
    def blank(self) -> Any:  # type: ignore[override]
        """A new empty list each time."""
        return []

    def read(self, raw: Any, reader: Reader) -> Any:
        if isinstance(raw, str):
            raw = [p for p in raw.replace("；", ";").replace("、", ";").split(";") if p.strip()]
        items = raw if isinstance(raw, (list, tuple)) else [raw]
        return list(dict.fromkeys(super(LinksKind, self).read(i, reader) for i in items if str(i).strip()))

    def operand(self, op: str, raw: Any, reader: Reader) -> Any:
        return None if op in ("empty", "not_empty") else self.read(raw, reader)

    def test(self, op: str, operand: Any) -> Primitive:
        return Primitive("overlap", operand) if op == "has" else super().test(op, operand)

    def companions(self, path: str) -> tuple[str, ...]:
        return ()

    def cell(self, values: Sequence[Any], reader: Reader) -> str:
        """The titles come beside the ids, see `plan.Plan.attach`."""
        return "、".join(self.link(i, t) for i, t in values[1].items())

    def text(self, value: Any, reader: Reader) -> str:
        return "、".join(self.titles(value, reader).values()) if value else ""

    def html(self, value: Any, reader: Reader) -> str:
        return "、".join(self.link(i, t) for i, t in self.titles(value, reader).items()) if value else ""

    def typed(self, value: Any, reader: Reader) -> str:
        return ";".join(str(v) for v in value or ())

    def input(self, bound: Field, value: Any, reader: Reader, name: str = "") -> Markup:
        key = name or bound.key
        chips = Markup("").join(
            Markup(
                '<span class="tag b">{1}<input type="hidden" name="{0}" value="{2}">'
                '<button type="button" class="x" data-drop-tag aria-label="{3} {1}">×</button></span>'
            ).format(key, title, record, _("Remove"))
            for record, title in (self.titles(value, reader) if value else {}).items()
        )
        return Markup(
            '<span class="pick many" data-name="{0}"><input type="hidden" name="{0}" value="">{1}'
            '<input type="text" id="f-{0}" data-picker="/_pick/{2}/" placeholder=" " autocomplete="off"></span>'
        ).format(key, chips, self.target.slug)


class Lookup(Declared, models.ForeignKey):
    """A foreign key to a record of another entity; `back` names the related tab on the other side.

    `proposes` maps fields of the form to fields of the chosen record: what stands there is put in where nothing stands yet.
    `offers` is the condition under which the picker offers a record; others may stand there all the same.
    """

    def __init__(
        self,
        label: Label,
        to: str,
        *,
        blank: bool = True,
        back: str = "",
        back_label: Label = "",
        proposes: Mapping[str, str] | None = None,
        offers: Sequence[Any] = (),
        computed: bool = False,
        help: Label = "",
        aliases: Sequence[str] = (),
        **django: Any,
    ) -> None:
        django.setdefault("on_delete", models.PROTECT)
        django.setdefault("related_name", "+")
        django.setdefault("db_index", False)
        django.pop("to", None)
        super().__init__(to, verbose_name=label, blank=blank, null=True, **django)
        self.back, self.back_label = back, back_label
        kind = LookupKind(to, proposes=proposes, offers=offers)
        self.declare(kind, required=not blank, computed=computed, help=help, aliases=aliases)


class Links:
    """Declared on a record like a field, stored in the link table; the entity collects it, Django never sees a column."""

    def __init__(self, label: Label | None = None, to: str = "", *, back: str = "", help: Label = "", aliases: Sequence[str] = ()) -> None:
        self.to = to or str(label)
        self.label = label if to else ""
        self.kind = LinksKind(self.to)
        self.back, self.help, self.aliases = back, help, tuple(aliases)
        self.name = ""

    def contribute_to_class(self, cls: type[models.Model], name: str) -> None:
        """Called by Django's model metaclass: remember the declaration beside the model."""
        self.name = name
        declared: dict[str, Links] = dict(getattr(cls, "declared_links", {}))
        declared[name] = self
        cls.declared_links = declared  # type: ignore[attr-defined]
