"""The record: what every row of every entity has, and the sequence that numbers all of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import connection, models
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

    def __str__(self) -> str:
        return str(getattr(self, self.entity.title, self.pk))

    @classmethod
    def rows_of(cls, ids: Iterable[int]) -> models.QuerySet[Any]:
        """Rows by id without a scope: for `write` and the jobs that work for the system."""
        return cls._default_manager.filter(id__in=list(ids))
