"""Tables of merging: what became one record and what moved with it, and pairs of records that look like one."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Merge(models.Model):
    """One record that became part of another; `moved` names what came along, so that a merge can be taken back.

    Triggers write the change of the survivor from these rows, when they come and when they are undone.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    write_id = models.UUIDField()
    entity = models.CharField(max_length=80)
    keep = models.BigIntegerField()
    lost = models.BigIntegerField()
    actor = models.BigIntegerField(null=True)
    moved = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "kernel"
        indexes = [
            models.Index(fields=["write_id"], name="merge_write"),
            models.Index(fields=["lost", "-id"], name="merge_lost"),
        ]


class Pair(models.Model):
    """Two records that look like one, `low` having the smaller id; `why` is the field by which they do.

    `parted_by` is who said that they are two: they are not suggested again.
    """

    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=80)
    low = models.BigIntegerField()
    high = models.BigIntegerField()
    why = models.CharField(max_length=80)
    score = models.FloatField()
    found_at = models.DateTimeField()
    parted_by = models.BigIntegerField(null=True)
    parted_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "kernel"
        constraints = [
            models.UniqueConstraint(fields=["entity", "low", "high"], name="pair_once"),
            models.CheckConstraint(condition=Q(low__lt=F("high")), name="pair_in_order"),
        ]
        indexes = [
            models.Index(fields=["entity", "-score", "id"], condition=Q(parted_at=None), name="pair_open"),
            models.Index(fields=["high"], name="pair_high"),
        ]


__all__ = ["Merge", "Pair"]
