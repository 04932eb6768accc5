from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0024_searched_fields"),
    ]

    operations = [
        migrations.AddField(
            model_name="attachment",
            name="field",
            field=models.CharField(blank=True, db_default="", default="", max_length=80),
        ),
    ]
