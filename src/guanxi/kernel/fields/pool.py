"""What a record bears of a pool: which one it lies in or falls into, and by which rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from guanxi.kernel import directory, pools
from guanxi.kernel.fields.base import Declared, Field, Invalid, Kind, Label, Reader
from guanxi.kernel.fields.person import PersonKind


class PoolKind(PersonKind):
    """A public pool. People are offered those they belong to."""

    name = "pool"
    words: ClassVar[tuple[str, ...]] = ()

    def __init__(self, of: str) -> None:
        self.of = of

    def everything(self) -> Mapping[int, directory.Entry]:
        found = (p for p in pools.everywhere().values() if p.entity == self.of)
        return {p.id: directory.Entry(p.id, p.name) for p in found}

    def read(self, raw: Any, reader: Reader) -> int:
        entry = directory.find(self.everything(), raw)
        if entry is None:
            raise Invalid(_("There is no public pool “%(name)s”.") % {"name": raw})
        return entry.id

    def operand(self, op: str, raw: Any, reader: Reader) -> Any:
        if op in ("empty", "not_empty"):
            return None
        return [self.read(item, reader) for item in (raw if isinstance(raw, list) else [raw])]

    def text(self, value: Any, reader: Reader) -> str:
        pool = pools.get(value)
        return pool.name if pool else ""

    def html(self, value: Any, reader: Reader) -> str:
        return str(escape(self.text(value, reader)))

    def options(self, reader: Reader) -> list[dict[str, Any]]:
        return [{"value": p.id, "label": p.name} for p in _joined(reader) if p.entity == self.of]

    def input(self, bound: Field, value: Any, reader: Reader, name: str = "") -> Markup:
        """Those that the reader belongs to, the default one first."""
        found = [pool for pool in _joined(reader) if pool.entity == self.of]
        rows = [
            Markup('<option value="{}"{}>{}</option>').format(pool.id, Markup(" selected") if pool.id == value else "", pool.name)
            for pool in sorted(found, key=lambda pool: (pool.rank, pool.id))
        ]
        return Markup('<select name="{0}" id="f-{0}">{1}</select>').format(name or bound.key, Markup("").join(rows))

    def samples(self) -> Iterable[Any]:
        return tuple(self.everything())[:2]


class RuleKind(Kind):
    """The rule by which a record falls into a pool."""

    name = "poolrule"
    operators: ClassVar[Sequence[str]] = ("is", "is_not", "in", "not_in", "empty", "not_empty")
    stored = "integer"
    json_type = {"type": ["integer", "null"]}
    sortable = False
    width = 180

    def read(self, raw: Any, reader: Reader) -> int:
        found = next((r.id for p in pools.everywhere().values() for r in p.rules if str(raw) in (str(r.id), r.label)), None)
        if found is None:
            raise Invalid(_("There is no such rule."))
        return found

    def text(self, value: Any, reader: Reader) -> str:
        found = pools.rule(value)
        return found.label if found else ""

    def samples(self) -> Iterable[Any]:
        return ()


def _joined(reader: Reader) -> list[pools.Pool]:
    """The pools that the reader belongs to: the others, and their rules, are not named to him."""
    return [pool for pool in pools.everywhere().values() if pool.includes(reader.actor.person)]


class InPool(Declared, models.ForeignKey):
    """A reference to a pool of the entity `of`."""

    def __init__(self, label: Label, of: str = "", *, help: Label = "", **django: Any) -> None:
        django.setdefault("to", settings.GUANXI_POOL_MODEL)
        django.setdefault("on_delete", models.PROTECT)
        django.setdefault("related_name", "+")
        django.setdefault("db_index", False)
        super().__init__(verbose_name=label, blank=True, null=True, **django)
        self.declare(PoolKind(of), required=False, computed=True, help=help)


class ByRule(Declared, models.BigIntegerField):
    """The id of a rule."""

    def __init__(self, label: Label, **django: Any) -> None:
        super().__init__(verbose_name=label, blank=True, null=True, **django)
        self.declare(RuleKind(), required=False, computed=True)


__all__ = ["ByRule", "InPool"]
