from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0023_answers"),
    ]

    operations = [
        migrations.AddField(
            model_name="customfield",
            name="searched",
            field=models.BooleanField(default=False),
        ),
    ]
