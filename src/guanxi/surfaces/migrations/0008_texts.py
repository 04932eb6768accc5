import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("surfaces", "0007_collecting"),
    ]

    operations = [
        migrations.CreateModel(
            name="TextTemplate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("entity", models.CharField(max_length=80)),
                ("sort", models.CharField(default="mail", max_length=8)),
                ("zh", models.CharField(max_length=60)),
                ("en", models.CharField(blank=True, default="", max_length=60)),
                ("language", models.CharField(blank=True, default="", max_length=8)),
                ("subject", models.CharField(blank=True, default="", max_length=300)),
                ("body", models.TextField()),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), blank=True, default=list, size=None
                    ),
                ),
                ("active", models.BooleanField(default=True)),
            ],
            options={
                "indexes": [models.Index(fields=["entity"], name="text_entity")],
            },
        ),
    ]
