"""Where a field's values live: a column of the model, a key of the record's JSON, or the link table.

Each knows the ORM expression that selects, filters and sorts it, and how to read and set it on a record.
"""

from __future__ import annotations

from typing import Any, Protocol

from django.db import models
from django.db.models import F, Value
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce, Collate
from django.db.models.lookups import Exact, In

#: What JSON holds as it is: kinds stored so need no encoding in the document.
AS_IT_IS = ("integer", "boolean", "list", "sealed")


class Column(Protocol):
    """Storage of one field."""

    @property
    def path(self) -> str | None:
        """The ORM path where there is a column of its own."""
        ...

    def expression(self) -> Combinable:
        """What a query selects, compares and sorts by."""
        ...

    def encode(self, value: Any) -> Any:
        """A parsed value as `expression` compares with it."""
        ...

    def get(self, record: Any) -> Any:
        """Read from a record."""
        ...

    def set(self, record: Any, value: Any) -> None:
        """Put on a record."""
        ...

    def equals(self, value: Any) -> models.Q:
        """Holding this value, or what an expression gives."""
        ...

    def any_of(self, values: Any) -> models.Q:
        """Holding one of these ids."""
        ...


class Stored:
    """A column of the model; `attname` for foreign keys."""

    def __init__(self, attname: str) -> None:
        self.path: str | None = attname

    def expression(self) -> Combinable:
        return F(str(self.path))

    def encode(self, value: Any) -> Any:
        return value

    def get(self, record: Any) -> Any:
        return getattr(record, str(self.path))

    def set(self, record: Any, value: Any) -> None:
        setattr(record, str(self.path), value)

    def equals(self, value: Any) -> models.Q:
        return models.Q(**{str(self.path): value})

    def any_of(self, values: Any) -> models.Q:
        return models.Q(**{f"{self.path}__in": values})


class Naming(Stored):
    """A column that names a record without being a foreign key: whose record it is, each entity of the table says for itself."""


class Keyed:
    """A key of the `custom` document. Numbers compare as numbers; the rest as text in C collation, as the indexes do.

    Choices, regions and tags are stored by id and code number like in a column; decimals as text, which loses no digit.
    """

    path: str | None = None

    def __init__(self, key: str, kind: Any) -> None:
        self.key, self.kind = key, kind

    def expression(self) -> Combinable:
        value, text = self.kind.stored, KT(f"custom__{self.key}")
        if value == "number":
            return Cast(text, models.DecimalField(max_digits=30, decimal_places=10))
        if value == "integer":
            return Cast(text, models.BigIntegerField())
        if value == "boolean":
            return Coalesce(Cast(text, models.BooleanField()), Value(False))
        return Collate(text, "C")

    def encode(self, value: Any) -> Any:
        return value if self.kind.stored != "text" else self.kind.json(value)

    def get(self, record: Any) -> Any:
        return self.load(record.custom.get(self.key))

    def load(self, data: Any) -> Any:
        """A value out of the document."""
        if data is None:
            return self.kind.blank
        return data if self.kind.stored in AS_IT_IS else self.kind.from_json(data)

    def set(self, record: Any, value: Any) -> None:
        if self.kind.is_blank(value):
            record.custom.pop(self.key, None)
        else:
            record.custom[self.key] = value if self.kind.stored in AS_IT_IS else self.kind.json(value)

    def equals(self, value: Any) -> models.Q:
        return models.Q(Exact(self.expression(), value))

    def any_of(self, values: Any) -> models.Q:
        return models.Q(In(self.expression(), list(values)))


class Linked:
    """Rows of the link table: the value is the list of linked record ids, loaded beside the page, never joined."""

    path: str | None = None

    def __init__(self, field: str) -> None:
        self.field = field

    def expression(self) -> Combinable:
        raise TypeError("links are compared through the link table, see kernel.condition.sql")

    def encode(self, value: Any) -> Any:
        return value

    def get(self, record: Any) -> list[int]:
        from guanxi.kernel.models import Link

        if self.field not in record.linked:
            rows = () if record._state.adding else Link.objects.filter(field=self.field, source=record.id).order_by("id")
            record.linked[self.field] = [row.target for row in rows]
        ids: list[int] = record.linked[self.field]
        return ids

    def set(self, record: Any, value: Any) -> None:
        record.linked[self.field] = list(value or [])

    def equals(self, value: Any) -> models.Q:
        return models.Q(id__in=self._sources(target=value))

    def any_of(self, values: Any) -> models.Q:
        return models.Q(id__in=self._sources(target__in=values))

    def _sources(self, **targets: Any) -> Any:
        from guanxi.kernel.models import Link

        return Link.objects.filter(field=self.field, **targets).values("source")
