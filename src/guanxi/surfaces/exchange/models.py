"""What an import keeps: the run, its plan by rows, who claimed what in the file, and the mapping to offer next time."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models


class ImportRun(models.Model):
    """One file on its way in: draft → planning → planned → committing → done, and perhaps undoing → undone."""

    entity = models.CharField(max_length=80)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=255)
    path = models.CharField(max_length=200)
    sheet = models.CharField(max_length=255, blank=True, default="")
    header = models.IntegerField(default=0)
    headers = models.JSONField(default=list)
    #: Column number (as text) → key of the target.
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    state = models.CharField(max_length=12, default="draft")
    counts = models.JSONField(default=dict)
    #: Words of choice columns that the lists do not know: {target key: {word: rows}}.
    unknown = models.JSONField(default=dict)
    plan_job = models.BigIntegerField(null=True)
    commit_jobs = ArrayField(models.BigIntegerField(), default=list)
    undo_job = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["actor", "-id"], name="import_actor")]


class ImportRow(models.Model):
    """The plan of one row, and afterwards what became of it."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rows")
    number = models.IntegerField()
    cells = models.JSONField()
    title = models.CharField(max_length=200, blank=True, default="")
    #: create, update, child (only the records below it), skip or error.
    action = models.CharField(max_length=8)
    target = models.BigIntegerField(null=True)
    version = models.IntegerField(null=True)
    #: Number of the row that makes the same record.
    leader = models.IntegerField(null=True)
    values = models.JSONField(default=dict)
    children = models.JSONField(default=list)
    message = models.TextField(blank=True, default="")
    #: created, updated, skipped, error, changed; then undone or kept.
    result = models.CharField(max_length=8, blank=True, default="")
    record = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="import_row_once")]
        indexes = [
            models.Index(fields=["run", "action", "number"], name="import_row_action"),
            models.Index(fields=["run", "result", "number"], name="import_row_result"),
        ]


class ImportClaim(models.Model):
    """A value by which a row of the file is known, so that a later row with the same is recognised in any length of file."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="+")
    digest = models.BigIntegerField()
    number = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "digest"], name="import_claim_once")]


class ImportMapping(models.Model):
    """How a person mapped a table with these headings last time."""

    entity = models.CharField(max_length=80)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    signature = models.CharField(max_length=64)
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    used_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entity", "actor", "signature"], name="import_mapping_once")]
