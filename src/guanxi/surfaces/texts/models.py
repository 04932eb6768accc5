"""Texts that are kept ready, each for records of one kind."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from guanxi.surfaces.prints.models import Named


class TextTemplate(Named, models.Model):
    """A mail, a text message or a phrase with merge tags; without roles it is everybody's."""

    entity = models.CharField(max_length=80)
    sort = models.CharField(max_length=8, default="mail")
    zh = models.CharField(max_length=60)
    en = models.CharField(max_length=60, blank=True, default="")
    #: The language of values, amounts and dates: that of the reader where it is empty.
    language = models.CharField(max_length=8, blank=True, default="")
    subject = models.CharField(max_length=300, blank=True, default="")
    body = models.TextField()
    #: Codes of the roles to which it is offered.
    roles = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        indexes = [models.Index(fields=["entity"], name="text_entity")]
