"""How PostgreSQL answers the lists now, kept beside the figures so that a plan that turns is seen in a review."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from bench import queries
from bench.measure import ROLES
from bench.wide import ROLES as WIDE


def write(data: Path, file: Path) -> None:
    """EXPLAIN (without figures, which differ from run to run) of the page's own statement, for each list and person."""
    from guanxi.config.postgres import EmbeddedPostgres

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanxi.config.settings")
    with EmbeddedPostgres(data / "postgres").held():
        import django
        from django.db import connections

        django.setup()
        connections.close_all()  # the database was stopped since the company was made
        parts = [f"## {name}, {login}\n\n```\n{plan}\n```\n" for login in (*ROLES, *WIDE) for name, plan in _of(login)]
    file.write_text("# Plans of the lists\n\n" + "\n".join(parts))


def _of(login: str) -> list[tuple[str, str]]:
    from django.test import Client

    from guanxi.org.models import User

    browser = Client(SERVER_NAME="127.0.0.1")
    browser.force_login(User.objects.get(login=login), backend="guanxi.org.backend.LoginBackend")
    return [(name, _explained(browser, path)) for name, path in queries.lists().items()]


def _explained(browser: Any, path: str) -> str:
    from django.db import connection

    from guanxi.kernel import statement

    run, asked = statement.Statement.run, []

    def noted(self: Any, **values: Any) -> Any:
        rows = run(self, **values)
        asked.append((len(rows), self.sql, [values[p.name] if type(p) is statement.Mark else p for p in self.params]))
        return rows

    statement.Statement.run = noted  # type: ignore[method-assign]
    try:
        assert browser.get(path).status_code == 200, path
    finally:
        statement.Statement.run = run  # type: ignore[method-assign]
    lists = [(sql, params) for _n, sql, params in asked if "LIMIT 51" in sql]
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (COSTS OFF) " + lists[0][0], lists[0][1])
        return "\n".join(line[:200] for (line,) in cursor.fetchall())
