"""The record: what every row of every entity has, and the sequence that numbers all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import connection, models
from django.db.models.base import ModelState
from django.utils.translation import gettext_lazy as _

from guanxi.kernel.fields.dates import DateTime
from guanxi.kernel.fields.person import Department, Person

if TYPE_CHECKING:
    from guanxi.kernel.entity import Entity


class NextRecordId(models.Func):
    """`nextval` of the one sequence that feeds every record table."""

    template = "nextval('record_id')"
    output_field = models.BigIntegerField()
    arity = 0


def next_ids(count: int) -> list[int]:
    """Take `count` record ids."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('record_id') FROM generate_series(1, %s)", [count])
        return [row[0] for row in cursor.fetchall()]


@cache
def _made(model: type[Record]) -> list[tuple[str, Callable[[], Any]]]:
    """Attributes whose default is made anew for every record."""
    return [(f.attname, f.default) for f in model._meta.local_fields if callable(f.default) and f.default is not models.NOT_PROVIDED]


@cache
def _pattern(model: type[Record]) -> Record:
    return model()


class Record(models.Model):
    """One row of an entity. Saved by `kernel.write` only."""

    entity: ClassVar[Entity]

    id = models.BigIntegerField(primary_key=True, db_default=NextRecordId(), editable=False)
    owner = Person(_("Owner"), aliases=("负责人", "业务员", "客户经理", "所有者"))
    department = Department(_("Department"), computed=True, aliases=("部门", "所属部门"))
    created_by = Person(_("Created by"), computed=True, aliases=("创建人",))
    created_at = DateTime(_("Created"), computed=True, style="ago", null=False, aliases=("创建时间",))
    updated_at = DateTime(_("Updated"), computed=True, style="ago", null=False, aliases=("更新时间", "最近更新"))
    version = models.IntegerField(default=1, db_default=1)
    deleted_at = models.DateTimeField(null=True)
    deleted_by = models.BigIntegerField(null=True)
    merged_into = models.BigIntegerField(null=True)
    custom = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))

    class Meta:
        abstract = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.linked: dict[str, list[int]] = {}

    @classmethod
    def blank(cls) -> Self:
        """A new record of nothing but defaults: the copy of one that Django made, in a tenth of the time."""
        record = cls.__new__(cls)
        record.__dict__.update(_pattern(cls).__dict__)
        record.__dict__.update({name: default() for name, default in _made(cls)})
        record._state, record.linked = ModelState(), {}
        return record

    def __str__(self) -> str:
        return str(getattr(self, self.entity.title, self.pk))

    @classmethod
    def rows_of(cls, ids: Iterable[int]) -> models.QuerySet[Any]:
        """Rows by id without a scope: for `write` and the jobs that work for the system."""
        return cls._default_manager.filter(id__in=list(ids))
