from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("surfaces", "0004_webhooks"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(condition=models.Q(("state", "waiting")), fields=["hook", "next_at"], name="delivery_turn"),
        ),
    ]
