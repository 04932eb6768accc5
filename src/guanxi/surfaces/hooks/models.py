"""Tables of webhooks."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models


class Webhook(models.Model):
    """Where to tell of which changes; `person` is whose rights decide what is told, `secret` is sealed."""

    name = models.CharField(max_length=60)
    entity = models.CharField(max_length=80)
    kinds = ArrayField(models.CharField(max_length=12), default=list)
    where = models.JSONField(default=list)
    address = models.CharField(max_length=500)
    secret = models.TextField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    active = models.BooleanField(default=True)
    failing_since = models.DateTimeField(null=True)
    created_by = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()


class Delivery(models.Model):
    """One thing to be told to one address. It keeps no content: what is told is read when it is told.

    `state` is waiting, sent, failed (given up), dropped (nothing to be told any more) or held (it went round in a circle).
    """

    id = models.BigAutoField(primary_key=True)
    hook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    name = models.UUIDField(default=uuid4, unique=True)
    record = models.BigIntegerField(null=True)
    change = models.CharField(max_length=12)
    state = models.CharField(max_length=8, default="waiting")
    at = models.DateTimeField()
    tries = models.IntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    status = models.IntegerField(null=True)
    took = models.IntegerField(null=True)
    answer = models.CharField(max_length=500, blank=True, default="")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["next_at"], name="delivery_due", condition=models.Q(state="waiting")),
            models.Index(fields=["hook", "next_at"], name="delivery_turn", condition=models.Q(state="waiting")),
            models.Index(fields=["hook", "-id"], name="delivery_log"),
            models.Index(fields=["hook", "record", "at"], name="delivery_circle"),
        ]
