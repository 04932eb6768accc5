from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("surfaces", "0006_prints"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CollectForm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("entity", models.CharField(max_length=80)),
                ("name", models.CharField(max_length=60)),
                ("token", models.CharField(max_length=32, unique=True)),
                ("pooled", models.BooleanField(default=False)),
                ("active", models.BooleanField(default=False)),
                ("language", models.CharField(blank=True, default="", max_length=8)),
                ("until", models.DateField(null=True)),
                ("most", models.IntegerField(null=True)),
                ("words", models.JSONField(default=dict)),
                ("asked", models.JSONField(default=list)),
                ("fixed", models.JSONField(default=dict)),
                ("received", models.IntegerField(default=0)),
                ("last_at", models.DateTimeField(null=True)),
                ("renewed_at", models.DateTimeField()),
                ("created_by", models.BigIntegerField(null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Submission",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("state", models.CharField(default="waiting", max_length=10)),
                ("values", models.JSONField(default=dict)),
                ("consent", models.TextField(blank=True, default="")),
                ("once", models.CharField(max_length=64, unique=True)),
                ("record", models.BigIntegerField(null=True)),
                ("draft", models.BigIntegerField(null=True)),
                ("why", models.JSONField(default=dict)),
                ("ended_by", models.BigIntegerField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "form",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="submissions", to="surfaces.collectform"),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["form", "-id"], name="submission_form"),
                    models.Index(condition=models.Q(("state", "waiting")), fields=["form"], name="submission_waiting"),
                    models.Index(condition=models.Q(("record__isnull", False)), fields=["record"], name="submission_record"),
                ],
            },
        ),
    ]
