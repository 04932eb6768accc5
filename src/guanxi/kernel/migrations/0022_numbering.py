"""How administrators let records be numbered."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0021_shape_of_lists"),
    ]

    operations = [
        migrations.CreateModel(
            name="Numbering",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("entity", models.CharField(max_length=80)),
                ("field", models.CharField(max_length=80)),
                ("parts", models.JSONField(default=list)),
                ("reset", models.CharField(default="month", max_length=10)),
                ("quick", models.BooleanField(default=False)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("entity", "field"), name="numbering_of_field")],
            },
        ),
    ]
