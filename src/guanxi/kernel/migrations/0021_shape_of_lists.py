"""Which list another one hangs on, and to which departments a value is offered."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0020_layouts"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChoiceList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=60, unique=True)),
                ("above", models.CharField(blank=True, default="", max_length=60)),
            ],
        ),
        migrations.AddField(
            model_name="dictionaryvalue",
            name="departments",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), db_default=[], default=list, size=None),
        ),
    ]
