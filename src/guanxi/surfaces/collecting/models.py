"""Collection forms, and everything that came in by one."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class CollectForm(models.Model):
    """A form that strangers fill by a link. `person` answers for it: by his rights is written what comes in, and he owns it.

    `words` holds what strangers read, each in both languages: title, intro, thanks, consent. `asked` lists the fields in order, each with
    its key, words of its own and whether it must be filled in; `fixed` holds values that all records get, as they are typed.
    """

    entity = models.CharField(max_length=80)
    name = models.CharField(max_length=60)
    #: What the link ends in; who knows it may fill the form.
    token = models.CharField(max_length=32, unique=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    #: What comes in belongs to nobody at first and lies in the usual public pool.
    pooled = models.BooleanField(default=False)
    active = models.BooleanField(default=False)
    #: The language of the page: that of the browser where it is empty.
    language = models.CharField(max_length=8, blank=True, default="")
    until = models.DateField(null=True)
    most = models.IntegerField(null=True)
    words = models.JSONField(default=dict)
    asked = models.JSONField(default=list)
    fixed = models.JSONField(default=dict)
    received = models.IntegerField(default=0)
    last_at = models.DateTimeField(null=True)
    renewed_at = models.DateTimeField()
    created_by = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()


class Submission(models.Model):
    """What one stranger sent. `state` is made (a record), review (a draft that somebody must agree to), waiting or dismissed.

    `why` says why nothing was made: its sort, the fields it is about, and the records that stand in the way.
    """

    id = models.BigAutoField(primary_key=True)
    form = models.ForeignKey(CollectForm, on_delete=models.PROTECT, related_name="submissions")
    at = models.DateTimeField()
    state = models.CharField(max_length=10, default="waiting")
    #: As they were typed, by field key.
    values = models.JSONField(default=dict)
    #: What was agreed to, word for word, by a tick at the moment of sending.
    consent = models.TextField(blank=True, default="")
    #: The digest of a page and what was sent from it: sent twice it is still one.
    once = models.CharField(max_length=64, unique=True)
    record = models.BigIntegerField(null=True)
    draft = models.BigIntegerField(null=True)
    why = models.JSONField(default=dict)
    ended_by = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["form", "-id"], name="submission_form"),
            models.Index(fields=["form"], name="submission_waiting", condition=models.Q(state="waiting")),
            models.Index(fields=["record"], name="submission_record", condition=models.Q(record__isnull=False)),
        ]
