import django.contrib.postgres.indexes
from django.db import migrations

#: Only the owner of an index may do this, and the roles of web and worker own nothing.
SORT_IN = """
CREATE OR REPLACE FUNCTION guanxi_sort_in() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = public
AS $$ SELECT gin_clean_pending_list('search_tokens'::regclass) $$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0011_merge"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                # In place: Django would build the index anew.
                migrations.RunSQL("ALTER INDEX search_tokens SET (fastupdate = on)", "ALTER INDEX search_tokens SET (fastupdate = off)"),
                migrations.RunSQL(SORT_IN, "DROP FUNCTION guanxi_sort_in()"),
            ],
            state_operations=[
                migrations.RemoveIndex(model_name="searchentry", name="search_tokens"),
                migrations.AddIndex(
                    model_name="searchentry",
                    index=django.contrib.postgres.indexes.GinIndex(fields=["tokens"], name="search_tokens"),
                ),
            ],
        ),
    ]
