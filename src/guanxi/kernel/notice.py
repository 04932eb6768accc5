"""The table of what people are told: somebody mentioned them, gave them a record, or touched one that they follow."""

from __future__ import annotations

from django.db import models


class Notice(models.Model):
    """One thing that one person is told. What it says is put into words when it is read, by what the reader may see then."""

    id = models.BigAutoField(primary_key=True)
    person = models.BigIntegerField()
    at = models.DateTimeField()
    verb = models.CharField(max_length=40)
    entity = models.CharField(max_length=80)
    record = models.BigIntegerField()
    actor = models.BigIntegerField(null=True)
    data = models.JSONField(default=dict)
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["person", "-id"], name="notice_person"),
            models.Index(fields=["person", "-id"], name="notice_unread", condition=models.Q(read_at=None)),
        ]
