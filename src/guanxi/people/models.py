"""What the area keeps that is no record: who has asked for an account. Nobody sees it but administrators."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Registration(models.Model):
    """Somebody unknown who asks for an account; his details go once it is decided and some time has passed."""

    name = models.CharField(max_length=60)
    email = models.CharField(max_length=254, blank=True, default="")
    phone = models.CharField(max_length=40, blank=True, default="")
    department = models.CharField(max_length=80, blank=True, default="")
    note = models.CharField(max_length=500, blank=True, default="")
    language = models.CharField(max_length=10, default="zh-hans")
    address = models.CharField(max_length=45, blank=True, default="")
    state = models.CharField(max_length=10, default="waiting")
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=300, blank=True, default="")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = (models.Index(fields=["state", "-asked_at"], name="registration_state"),)

    def __repr__(self) -> str:
        return f"<Registration {self.pk}>"
