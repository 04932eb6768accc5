from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0026_custom_entities"),
    ]

    operations = [
        migrations.CreateModel(
            name="TitleTemplate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("entity", models.CharField(max_length=80, unique=True)),
                ("source", models.CharField(max_length=300)),
            ],
        ),
    ]
