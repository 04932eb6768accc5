"""Tables of what is sent to people outside: services, wordings that operators have approved, and messages."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from guanxi.surfaces.texts.models import TextTemplate


class Channel(models.Model):
    """A service by which messages go out; `says` is what may be read of its settings, `secrets` a sealed JSON object of the others."""

    name = models.CharField(max_length=60)
    #: Which provider, whose medium is `sms` or `mail`.
    provider = models.CharField(max_length=12)
    says = models.JSONField(default=dict)
    secrets = models.TextField(blank=True, default="")
    #: Part of the address at which the provider tells what became of messages.
    token = models.CharField(max_length=43, unique=True)
    #: Messages that one person may send by it in a day.
    daily = models.PositiveIntegerField(default=200)
    #: Codes of the roles that may use it; without any, whoever may change a record writes about it.
    roles = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    active = models.BooleanField(default=True)
    failing_since = models.DateTimeField(null=True)
    created_by = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()


class ApprovedText(models.Model):
    """How a provider calls a text of ours whose wording the operators have approved; `names` are its variables in the order of our tags."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="approved")
    text = models.ForeignKey(TextTemplate, on_delete=models.CASCADE, related_name="+")
    code = models.CharField(max_length=60)
    #: What the text said when it was approved: whoever rewrites it has it approved anew.
    body = models.TextField()
    names = ArrayField(models.CharField(max_length=40), default=list, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "text"], name="approved_once")]


class Message(models.Model):
    """One message to one address about one record.

    `state` is waiting, sent (the provider has taken it), delivered, failed, unsure (nobody can say whether it went; it is
    not sent twice), or dropped (taken back, or not to be sent any more).
    """

    id = models.BigAutoField(primary_key=True)
    name = models.UUIDField(default=uuid4, unique=True)
    channel = models.ForeignKey(Channel, on_delete=models.SET_NULL, null=True, related_name="messages")
    medium = models.CharField(max_length=8)
    entity = models.CharField(max_length=80)
    record = models.BigIntegerField()
    #: Where the address stands: entity, record and field.
    whose = models.CharField(max_length=80)
    whose_record = models.BigIntegerField()
    whose_field = models.CharField(max_length=80)
    to = models.CharField(max_length=254)
    subject = models.CharField(max_length=300, blank=True, default="")
    body = models.TextField()
    text = models.ForeignKey(TextTemplate, on_delete=models.SET_NULL, null=True, related_name="+")
    parameters = models.JSONField(default=list)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    #: Whether it becomes an entry of the record's story once it has gone.
    tells = models.BooleanField(default=False)
    at = models.DateTimeField()
    state = models.CharField(max_length=10, default="waiting")
    tries = models.IntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    #: Set while a worker has it in hand: what finds it set and the time over does not know whether it went.
    taken_at = models.DateTimeField(null=True)
    reference = models.CharField(max_length=100, blank=True, default="")
    answer = models.CharField(max_length=300, blank=True, default="")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["next_at"], name="message_due", condition=models.Q(state="waiting")),
            models.Index(fields=["entity", "record", "-id"], name="message_record"),
            models.Index(fields=["whose", "whose_record"], name="message_whose"),
            models.Index(fields=["channel", "-id"], name="message_log"),
            models.Index(fields=["channel", "reference"], name="message_reference", condition=~models.Q(reference="")),
        ]
