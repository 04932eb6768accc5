"""Whatever hangs on a record is found without reading a whole table: when it is handed over, merged or erased, deleted ones included."""

from __future__ import annotations

import pytest
from django.db import connection

from guanxi.kernel.registry import registry

#: Foreign keys to the tables of records, and how many indexes begin with their column and leave out none but those that name nothing.
REFERENCES = """
SELECT c.conrelid::regclass::text, a.attname, c.confrelid::regclass::text, (
    SELECT count(*) FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indkey[0] = a.attnum
    AND (i.indpred IS NULL OR pg_get_expr(i.indpred, i.indrelid) = '(' || a.attname || ' IS NOT NULL)')
)
FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
WHERE c.contype = 'f' AND c.confrelid::regclass::text = ANY(%s) ORDER BY 1, 2
"""
#: A pool is erased once in years, when nothing is in it; its lists have an index of what lives.
RARE = "customers_pool"


@pytest.mark.django_db
def test_every_reference_to_a_record_has_an_index_that_leaves_out_no_deleted_one() -> None:
    tables = [entity.table for entity in registry]
    with connection.cursor() as cursor:
        cursor.execute(REFERENCES, [tables])
        found = cursor.fetchall()
    assert ("activity_followup", "customer_id", "customers_customer") in {row[:3] for row in found}
    assert [f"{table}.{column} -> {target}" for table, column, target, indexes in found if not indexes and target != RARE] == []
