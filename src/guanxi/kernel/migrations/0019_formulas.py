from django.db import migrations

from guanxi.kernel.formula.sql import FUNCTIONS


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0018_field_rules"),
    ]

    operations = [
        migrations.RunSQL(
            FUNCTIONS,
            "DROP FUNCTION IF EXISTS guanxi_days_later(date, numeric); DROP FUNCTION IF EXISTS guanxi_bounded(numeric);",
        ),
    ]
