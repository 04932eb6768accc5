"""Kinds of record that administrators design: a row for each of them, and one table for the records of all, with a part for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import pgettext_lazy

from guanxi.kernel.fields.text import Text
from guanxi.kernel.record import Record
from guanxi.kernel.registry import registry

if TYPE_CHECKING:
    from guanxi.kernel.entity import Entity

#: The entity with the number 12 has the key `custom.record_12` and its records lie in the part `custom_record_12`.
KEY, PART = "custom.record_{}", "custom_record_{}"
#: By what its lists sort, and the column of the table that does.
SORTS = {"updated_at": "updated_at", "name": "name_sort"}
_LIVE = models.Q(deleted_at=None)


class CustomEntity(models.Model):
    """What administrators said of a kind of record; its fields are own fields of its key."""

    slug = models.CharField(max_length=60, unique=True)
    label = models.CharField(max_length=60)
    en = models.CharField(max_length=60, blank=True, default="")
    plural = models.CharField(max_length=60, blank=True, default="")
    about = models.CharField(max_length=200, blank=True, default="")
    icon = models.CharField(max_length=40, default="file")
    #: Behind which entity it stands in the menu, by key; empty in a section of its own.
    after = models.CharField(max_length=80, blank=True, default="")
    in_menu = models.BooleanField(default=True)
    #: What its records are called by: the label of `name`.
    title = models.CharField(max_length=60, blank=True, default="")
    title_en = models.CharField(max_length=60, blank=True, default="")
    #: The own fields, by id, that number its records and say how far they have come.
    number = models.BigIntegerField(null=True)
    stage = models.BigIntegerField(null=True)
    #: Whose rows they are, by the key of that entity; empty of what stands by itself.
    row_of = models.CharField(max_length=80, blank=True, default="")
    #: Which grants the preset roles began with.
    access = models.CharField(max_length=12, default="standard")
    active = models.BooleanField(default=True)


class CustomRecord(Record):
    """A record of a designed entity; `kind` is the entity's number and decides in which part the row lies."""

    kind = models.IntegerField(editable=False)
    #: The record whose row it is: it has the owner and department of that, and is seen with it.
    parent_id = models.BigIntegerField(null=True, editable=False)
    name = Text(pgettext_lazy("record", "Name"), max_length=200)
    name_sort = models.CharField(max_length=64, default="", db_collation="C", editable=False)

    class Meta:
        db_table = "custom_record"
        indexes = [
            *(
                models.Index(fields=[*lead, column, "id"], name=f"record_{column}_{lead[0][:1] if lead else 'x'}", condition=_LIVE)
                for column in SORTS.values()
                for lead in ([], ["owner"], ["department"])
            ),
            models.Index(fields=["parent_id", "id"], name="record_parent", condition=models.Q(parent_id__isnull=False)),
            models.Index(fields=["id"], name="record_deleted", condition=models.Q(deleted_at__isnull=False)),
        ]

    @property
    def entity(self) -> Entity:  # type: ignore[override]
        """The entity of its kind: what tells apart the records of one table."""
        return registry.get(KEY.format(self.kind))

    def _do_update(self, base_qs: Any, *args: Any, **kwargs: Any) -> Any:  # type: ignore[override]
        """Within its own part only."""
        return super()._do_update(base_qs.filter(kind=self.kind), *args, **kwargs)


__all__ = ["KEY", "PART", "SORTS", "CustomEntity", "CustomRecord"]
