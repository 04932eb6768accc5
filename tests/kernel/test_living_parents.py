"""What lies below a record of the recycle bin is hidden through it, at a cost that does not depend on how full the bin is."""

from __future__ import annotations

import pytest
from django.db import connection

from guanxi.kernel import search, statement
from guanxi.kernel.actor import SYSTEM
from guanxi.kernel.registry import registry

pytestmark = pytest.mark.django_db


def plan(sql: str, params: object) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}", params)
        return "\n".join(row[0] for row in cursor.fetchall())


def test_children_of_the_living_are_read_without_joining_the_recycle_bin() -> None:
    # A join over a bin that the statistics take for empty compares every child with every record in it.
    for entity in registry:
        if entity.parent:
            sql, params = entity.rows(SYSTEM).values_list("id").query.sql_with_params()
            assert "Join" not in plan(sql, params), entity


def test_a_search_does_not_join_the_recycle_bin(monkeypatch: pytest.MonkeyPatch) -> None:
    run = statement.Statement.run
    texts: list[str] = []

    def spy(self, **values):  # type: ignore[no-untyped-def]
        texts.append(self.sql)
        return run(self, **values)

    monkeypatch.setattr(statement.Statement, "run", spy)
    search.find("云深", SYSTEM)
    assert any("tokens" in text for text in texts)
    assert not any("EXISTS" in text for text in texts)
