"""A value out of a dictionary; tags are several of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from guanxi.kernel.condition.primitive import Primitive
from guanxi.kernel.dictionary import Dictionary, Item
from guanxi.kernel.fields.base import Declared, Field, Invalid, Kind, Label, Reader, attributes, picker
from guanxi.kernel.whole import whole


def tag(item: Item) -> str:
    """The coloured label of a value."""
    return _tag(item.label, item.colour, "")


@lru_cache(maxsize=4_096)
def _tag(label: str, colour: str, path: str) -> str:
    title = f' title="{escape(path)}"' if path else ""
    return f'<span class="tag {escape(colour)}"{title}>{escape(label)}</span>'


@dataclass(frozen=True)
class Above:
    """The field on which a choice hangs, as a form stands: its key and list, what is chosen there, and what it is called."""

    key: str
    dictionary: Dictionary
    chosen: Item | None
    label: str


class ChoiceKind(Kind):
    """One value of a dictionary, stored as its id; read by code, label in either language, or id."""

    name = "choice"
    facet = True
    operators: ClassVar[Sequence[str]] = ("in", "not_in", "is", "is_not", "within", "empty", "not_empty")
    stored = "integer"
    width = 110

    def __init__(self, dictionary: Dictionary, plain: bool = False, depends_on: str = "") -> None:
        self.dictionary, self.plain, self.depends_on = dictionary, plain, depends_on
        self.above: Above | None = None

    def read(self, raw: Any, reader: Reader) -> int:
        item = self.find(raw)
        if isinstance(raw, str) and (several := self.dictionary.doubtful(raw.strip())):
            paths = "、".join(self.dictionary.path(i) for i in several)
            raise Invalid(_("“%(value)s” may mean several: %(paths)s. Write the whole path.") % {"value": raw, "paths": paths})
        if item is None:
            raise Invalid(_("“%(value)s” is not in the list. Choose one of: %(known)s.") % {"value": raw, "known": self._offered(reader)})
        return item.id

    def _offered(self, reader: Reader) -> str:
        return "、".join(i.label for i in self.dictionary.offered(reader.actor)[:8])

    def parse(self, raw: Any, reader: Reader) -> Any:
        """A value that is no longer offered is refused where somebody names it; undo, which knows its id, may bring it back."""
        value = super().parse(raw, reader)
        if not isinstance(raw, int):
            for each in value if isinstance(value, list) else [value]:
                self._choosable(each, reader)
        return value

    def _choosable(self, value: Any, reader: Reader) -> None:
        item = self.dictionary.by_id(value)
        if item is None:
            return
        if not all(each.active for each in self.dictionary.line(item)):
            words = {"value": item.label, "known": self._offered(reader)}
            raise Invalid(_("“%(value)s” is no longer offered. Choose one of: %(known)s.") % words)
        if not self.dictionary.open_to(item, reader.actor):
            raise Invalid(_("“%(value)s” is not offered in your department.") % {"value": item.label})

    def stays(self, raw: Any, value: Any) -> bool:
        if not isinstance(value, int) or raw in (None, ""):
            return False
        item = self.find(raw)
        return item is not None and item.id == value

    def first(self, reader: Reader) -> Item | None:
        """What a new record begins with; what hangs on another list begins with nothing that might not fit."""
        found = self.dictionary.first()
        if found is None or not self.dictionary.open_to(found, reader.actor):
            return None
        return None if self.dictionary.under and self.dictionary.line(found)[0].parent else found

    def find(self, raw: Any) -> Item | None:
        """The value meant by a code, a label or an id."""
        if isinstance(raw, int) and not isinstance(raw, bool):
            return self.dictionary.by_id(raw)
        text = str(raw).strip()
        found = self.dictionary.by_code(text)
        if found is None:
            found = self.dictionary.by_name(text)
        number = whole(text)
        if found is None and number is not None:
            found = self.dictionary.by_id(number)
        return found

    def operand(self, op: str, raw: Any, reader: Reader) -> Any:
        """`within` a value is that value or any below it, whether one is named or several."""
        if op != "within":
            return super().operand(op, raw, reader)
        named = Kind.operand(self, "in", raw, reader)
        return sorted(self.dictionary.below(one for each in named for one in (each if isinstance(each, list) else [each])))

    def test(self, op: str, operand: Any) -> Primitive:
        return super().test("in" if op == "within" else op, operand)

    def comparisons(self) -> Sequence[str]:
        return self.operators if self.dictionary.tree else [op for op in self.operators if op != "within"]

    def text(self, value: Any, reader: Reader) -> str:
        item = self.dictionary.by_id(value)
        return item.label if item else ""

    def export(self, value: Any, reader: Reader) -> Any:
        item = self.dictionary.by_id(value)
        return self.dictionary.path(item) if item else None

    def html(self, value: Any, reader: Reader) -> str:
        item = self.dictionary.by_id(value)
        if item is None:
            return ""
        if self.plain:
            return str(escape(item.label))
        return _tag(item.label, item.colour, self.dictionary.path(item)) if item.parent and self.dictionary.tree else tag(item)

    def json(self, value: Any) -> Any:
        item = self.dictionary.by_id(value)
        return item.code if item else None

    def from_json(self, data: Any) -> Any:
        return data if isinstance(data, int) else self.dictionary.id(data)

    def typed(self, value: Any, reader: Reader) -> str:
        return self.json(value) or ""

    def input(self, bound: Field, value: Any, reader: Reader, name: str = "") -> Markup:
        if self.dictionary.tree:
            item = self.dictionary.by_id(value)
            shown = self.dictionary.path(item) if item else ""
            url = f"/_pick/values/{self.dictionary.code}/"
            return picker(bound, name or bound.key, url, item.code if item else "", shown, Markup(" ").join((self._hangs(), self._with())))
        rows = [Markup('<option value=""></option>')]
        offered = {item.id for item in self.dictionary.offered(reader.actor)}
        for item in self.dictionary.items():
            if item.id not in offered and item.id != value:
                continue
            on = Markup(" selected") if item.id == value else ""
            rows.append(Markup('<option value="{}"{}{}>{}</option>').format(item.code, self._under(item, on=bool(on)), on, item.label))
        depends = self._hangs()
        return Markup('<select name="{0}" id="f-{0}" {1}{2}>{3}</select>').format(
            name or bound.key, attributes(bound), depends, Markup("").join(rows)
        )

    def _hangs(self) -> Markup:
        """On which control this one hangs, and what to say where what stands no longer fits."""
        if self.above is None:
            return Markup("")
        words = _("Choose anew: it hangs on “%(above)s”.") % {"above": self.above.label}
        return Markup('data-depends-on="{}" data-misfit="{}"').format(self.above.key, words)

    def _with(self) -> Markup:
        if self.above is None:
            return Markup("")
        return Markup('data-with="{0}"').format(self.above.key)

    def _under(self, item: Item, *, on: bool) -> Markup:
        """Under which values above it is offered; those that do not fit what is chosen are there for when another is."""
        root = self.dictionary.line(item)[0].parent
        if self.above is None or root is None:
            return Markup("")
        aboves = self.above.dictionary
        codes = " ".join(i.code for i in aboves.items() if i.id in aboves.below({root}))
        fit = self.above.chosen is not None and self.above.chosen.code in codes.split()
        return Markup(' data-under="{}"{}').format(codes, Markup("" if fit or on else " hidden disabled"))

    def options(self, reader: Reader) -> list[dict[str, Any]]:
        return [{"value": i.code, "label": self.dictionary.path(i), "colour": i.colour} for i in self.dictionary.active()]

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "null"], "enum": [*(i.code for i in self.dictionary.items()), None]}

    def samples(self) -> Iterable[Any]:
        return tuple(i.code for i in self.dictionary.active()[:4])


class TagsKind(ChoiceKind):
    """Several values of a dictionary; conditions ask whether a record has any or all of them."""

    name = "tags"
    facet = False
    operators = ("has", "has_all", "within", "empty", "not_empty")
    stored = "list"
    sortable = False
    width = 160

    @property
    def blank(self) -> Any:  # type: ignore[override]
        """A new empty list each time: it ends up on a record."""
        return []

    def read(self, raw: Any, reader: Reader) -> Any:
        parts = raw if isinstance(raw, (list, tuple)) else str(raw).replace("，", ",").replace("、", ",").replace(";", ",").split(",")
        ids = [super(TagsKind, self).read(p, reader) for p in parts if str(p).strip()]
        return sorted(set(ids))

    def operand(self, op: str, raw: Any, reader: Reader) -> Any:
        if op == "within":
            return super().operand(op, raw, reader)
        return None if op in ("empty", "not_empty") else self.read(raw, reader)

    def test(self, op: str, operand: Any) -> Primitive:
        if op in ("has", "has_all", "within"):
            return Primitive("superset" if op == "has_all" else "overlap", operand)
        return super().test(op, operand)

    def export(self, value: Any, reader: Reader) -> Any:
        return "、".join(self.dictionary.path(i) for v in value or () if (i := self.dictionary.by_id(v))) or None

    def text(self, value: Any, reader: Reader) -> str:
        return "、".join(i.label for v in value or () if (i := self.dictionary.by_id(v)))

    def html(self, value: Any, reader: Reader) -> str:
        return " ".join(tag(i) for v in value or () if (i := self.dictionary.by_id(v)))

    def json(self, value: Any) -> Any:
        return [i.code for v in value or () if (i := self.dictionary.by_id(v))]

    def from_json(self, data: Any) -> Any:
        return [v if isinstance(v, int) else self.dictionary.id(v) for v in data]

    def typed(self, value: Any, reader: Reader) -> str:
        return ",".join(self.json(value))

    def input(self, bound: Field, value: Any, reader: Reader, name: str = "") -> Markup:
        key, offered = name or bound.key, {item.id for item in self.dictionary.offered(reader.actor)}
        boxes = Markup("").join(
            Markup('<label class="check"{}><input type="checkbox" name="{}" value="{}"{}> {}</label>').format(
                self._under(i, on=i.id in (value or ())),
                key,
                i.code,
                Markup(" checked") if i.id in (value or ()) else "",
                self.dictionary.path(i),
            )
            for i in self.dictionary.items()
            if i.id in offered or i.id in (value or ())
        )
        return Markup('<input type="hidden" name="{0}" value=""><div class="checks" id="f-{0}" {2}>{1}</div>').format(
            key, boxes, self._hangs()
        )

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string", "enum": [i.code for i in self.dictionary.items()]}}

    def samples(self) -> Iterable[Any]:
        return ([i.code for i in self.dictionary.active()[:2]], [])


class Choice(Declared, models.IntegerField):
    """A dictionary value's id."""

    def __init__(
        self,
        label: Label,
        dictionary: Dictionary,
        *,
        plain: bool = False,
        depends_on: str = "",
        blank: bool = False,
        computed: bool = False,
        help: Label = "",
        aliases: Sequence[str] = (),
        **django: Any,
    ) -> None:
        super().__init__(verbose_name=label, blank=blank, null=True, **django)
        self.declare(ChoiceKind(dictionary, plain, depends_on), required=not blank, computed=computed, help=help, aliases=aliases)


class Tags(Declared, ArrayField):
    """Ids of several dictionary values."""

    def __init__(self, label: Label, dictionary: Dictionary, *, help: Label = "", aliases: Sequence[str] = (), **django: Any) -> None:
        django.setdefault("base_field", models.IntegerField())
        django.setdefault("default", list)
        super().__init__(verbose_name=label, blank=True, **django)
        self.declare(TagsKind(dictionary), required=False, help=help, aliases=aliases)
