"""What waits for somebody's agreement: a write as it was sent, and the unique values that it holds meanwhile."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

WAITING = models.Q(state="waiting")


class Draft(models.Model):
    """A write that has not taken effect: `values` are replayed as they stand, `former` is what they replace.

    `state` is waiting, approved, refused, withdrawn or stale; stale ones went back to their author to be done anew.
    """

    number = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=80)
    #: None until a creation is approved.
    record = models.BigIntegerField(null=True)
    #: create, update, delete, restore, release or share.
    verb = models.CharField(max_length=12)
    #: The grant that it was written under, and what history will call it.
    action = models.CharField(max_length=40)
    code = models.CharField(max_length=40, blank=True, default="")
    values = models.JSONField(default=dict)
    former = models.JSONField(default=dict)
    base = models.IntegerField(null=True)
    title = models.TextField(blank=True, default="")
    tokens = ArrayField(models.IntegerField(), default=list)
    #: Who is asked: `superior`, or `role:` and its code; one of them decides.
    asks = ArrayField(models.CharField(max_length=60))
    author = models.BigIntegerField()
    sent_at = models.DateTimeField()
    door = models.CharField(max_length=40)
    reason = models.TextField(blank=True, default="")
    state = models.CharField(max_length=12, default="waiting")
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True, default="")

    class Meta:
        app_label = "kernel"
        indexes = [
            models.Index(fields=["-number"], condition=WAITING, name="draft_waiting"),
            models.Index(fields=["record"], condition=WAITING, name="draft_record"),
            models.Index(fields=["author", "-number"], name="draft_author"),
            models.Index(fields=["decided_by", "-number"], name="draft_decided"),
            GinIndex(fields=["tokens"], condition=WAITING, name="draft_tokens", fastupdate=False),
            GinIndex(fields=["values"], condition=WAITING, name="draft_values", fastupdate=False, opclasses=["jsonb_path_ops"]),
        ]


class Hold(models.Model):
    """A unique value that a waiting draft has taken: nobody else gets it before the draft is decided."""

    entity = models.CharField(max_length=80)
    field = models.CharField(max_length=80)
    value = models.TextField()
    draft = models.BigIntegerField()
    record = models.BigIntegerField(null=True)

    class Meta:
        app_label = "kernel"
        constraints = [models.UniqueConstraint(fields=["entity", "field", "value"], name="hold_once")]
        indexes = [models.Index(fields=["draft"], name="hold_draft")]


__all__ = ["Draft", "Hold"]
