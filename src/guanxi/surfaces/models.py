"""What people keep about the surfaces: their views, the records they opened."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from guanxi.surfaces.channels.models import ApprovedText, Channel, Message
from guanxi.surfaces.collecting.models import CollectForm, Submission
from guanxi.surfaces.exchange.models import ImportClaim, ImportMapping, ImportRow, ImportRun
from guanxi.surfaces.hooks.models import Delivery, Webhook
from guanxi.surfaces.prints.models import PrintPicture, PrintTemplate, PrintVersion
from guanxi.surfaces.texts.models import TextTemplate


class SavedView(models.Model):
    """A view of a list that somebody saved: condition, columns, sort and layout; private unless shared.

    A shared one reaches everybody, or where roles or departments are named those who have or belong to one of them.
    """

    entity = models.CharField(max_length=80)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    where = models.JSONField(default=list)
    columns = models.JSONField(default=list)
    sort = models.CharField(max_length=80, blank=True, default="")
    layout = models.CharField(max_length=10, blank=True, default="")
    #: The field of a board's columns or of a calendar's days.
    by = models.CharField(max_length=80, blank=True, default="")
    shared = models.BooleanField(default=False)
    #: Codes of roles, and numbers of departments with those below them; both empty: everybody.
    roles = ArrayField(models.CharField(max_length=40), default=list)
    departments = ArrayField(models.BigIntegerField(), default=list)
    #: Whether the list opens with it for those whom it reaches and who have chosen no other.
    opening = models.BooleanField(default=False)
    position = models.IntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["entity", "owner"], name="view_owner")]


class Layout(models.Model):
    """Columns and their widths as one person arranged them for an entity, and how each of its views looks to him."""

    entity = models.CharField(max_length=80)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    columns = models.JSONField(default=list)
    widths = models.JSONField(default=dict)
    #: By the code of the view: what its board hides, what the foot of its list says.
    looks = models.JSONField(default=dict)
    #: The codes of the views that stand first in the strip, and of the one with which the list opens.
    pinned = models.JSONField(default=list)
    opening = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entity", "owner"], name="layout_once")]


__all__ = [
    "ApprovedText",
    "Channel",
    "CollectForm",
    "Delivery",
    "ImportClaim",
    "ImportMapping",
    "ImportRow",
    "ImportRun",
    "Layout",
    "Message",
    "PrintPicture",
    "PrintTemplate",
    "PrintVersion",
    "SavedView",
    "Submission",
    "TextTemplate",
    "Webhook",
]
