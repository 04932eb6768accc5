"""Templates of prints, every version of each, and the pictures and stamps that they show."""

from __future__ import annotations

from django.db import models
from django.utils.translation import get_language


class Named:
    """Something with a name in Chinese, and one in English where somebody gave it one."""

    zh: str
    en: str

    @property
    def label(self) -> str:
        """What it is called in the present language."""
        return self.en if self.en and (get_language() or "zh").startswith("en") else self.zh


class PrintTemplate(Named, models.Model):
    """How records of an entity are printed: of blocks, or by a Word file of one's own; its document is that of the current version."""

    entity = models.CharField(max_length=80)
    sort = models.CharField(max_length=6, default="blocks")
    zh = models.CharField(max_length=60)
    en = models.CharField(max_length=60, blank=True, default="")
    #: The language of labels, amounts and dates: that of the reader where it is empty.
    language = models.CharField(max_length=8, blank=True, default="")
    active = models.BooleanField(default=True)
    version = models.IntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["entity"], name="print_entity")]


class PrintVersion(models.Model):
    """A template as somebody saved it; never changed."""

    template = models.ForeignKey(PrintTemplate, on_delete=models.CASCADE, related_name="versions")
    number = models.IntegerField()
    document = models.JSONField(default=dict)
    #: Where the Word file lies in the storage.
    path = models.CharField(max_length=120, blank=True, default="")
    name = models.CharField(max_length=200, blank=True, default="")
    #: The version that it went back to; 0 where it is new.
    of = models.IntegerField(default=0)
    created_by = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["template", "number"], name="print_version_once")]


class PrintPicture(models.Model):
    """A picture or stamp, drawn anew from what was uploaded and kept as PNG."""

    name = models.CharField(max_length=60)
    path = models.CharField(max_length=120)
    width = models.IntegerField()
    height = models.IntegerField()
    created_by = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
