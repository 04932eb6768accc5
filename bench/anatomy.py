"""Where the milliseconds of a page go: in one process, each kind of work by itself, what it calls left out."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import pages, queries

ROUNDS = 60
#: Kinds of work in the order of the table; `rest` is everything between them: routing, views, reading values into cells.
KINDS = ("database", "composing", "drawing", "compressing", "session", "rest")


class Watch:
    """Charges every moment to the innermost kind of work that is under way."""

    def __init__(self) -> None:
        self.spent: defaultdict[str, float] = defaultdict(float)
        self.under_way: list[str] = []
        self.since = time.perf_counter()

    def charge(self) -> None:
        """Charge what has passed since the last charge."""
        now = time.perf_counter()
        if self.under_way:
            self.spent[self.under_way[-1]] += now - self.since
        self.since = now

    def over(self, owner: Any, name: str, kind: str) -> None:
        """Charge calls of an attribute to a kind."""
        whole = getattr(owner, name)

        def watched(*args: Any, **kwargs: Any) -> Any:
            self.charge()
            self.under_way.append(kind)
            try:
                return whole(*args, **kwargs)
            finally:
                self.charge()
                self.under_way.pop()

        setattr(owner, name, watched)


def write(data: Path, file: Path, login: str = "sales") -> None:
    """A table of milliseconds, the mean of sixty requests each, of one person with one warm process."""
    from guanxi.config.postgres import EmbeddedPostgres

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanxi.config.settings")
    with EmbeddedPostgres(data / "postgres").held():
        import django
        from django.db import connection, connections

        django.setup()
        connections.close_all()  # the database was stopped since the company was made
        watch = _watching()
        rows = [(name, _spent(watch, ask)) for name, ask in _asked(login, connection).items()]
    head = f"| milliseconds | {' | '.join(KINDS)} | all |\n|---|{'---:|' * (len(KINDS) + 1)}\n"
    lines = [f"| {name} | {' | '.join(f'{ms[k]:.1f}' for k in KINDS)} | {sum(ms.values()):.1f} |" for name, ms in rows]
    file.write_text(head + "\n".join(lines) + "\n")
    print(file.read_text())


def _watching() -> Watch:
    import psycopg
    from django.template.backends.jinja2 import Template

    from guanxi.config import compression
    from guanxi.kernel import paging, statement
    from guanxi.org.middleware import ActorMiddleware

    watch = Watch()
    for cursor in (psycopg.Cursor, psycopg.ClientCursor, psycopg.ServerCursor):
        for name in ("execute", "fetchall", "fetchone", "fetchmany", "__next__"):
            if name in vars(cursor):
                watch.over(cursor, name, "database")
    watch.over(statement, "compiled", "composing")
    watch.over(paging, "compiled", "composing")
    watch.over(Template, "render", "drawing")
    watch.over(compression, "compress", "compressing")
    watch.over(ActorMiddleware, "enter", "session")
    return watch


def _spent(watch: Watch, ask: Callable[[int], Any]) -> dict[str, float]:
    for n in range(ROUNDS):  # what is composed once is not what is measured
        ask(n)
    watch.spent.clear()
    for n in range(ROUNDS):
        watch.charge()
        watch.under_way.append("rest")
        ask(ROUNDS + n)
        watch.charge()
        watch.under_way.pop()
    return {kind: watch.spent[kind] * 1000 / ROUNDS for kind in KINDS}


def _asked(login: str, connection: Any) -> dict[str, Callable[[int], Any]]:
    from django.test import Client

    from guanxi.org.models import User

    user = User.objects.get(login=login)
    browser = Client(SERVER_NAME="127.0.0.1")
    browser.force_login(user, backend="guanxi.org.backend.LoginBackend")
    connection.ensure_connection()
    found = queries.records(connection.connection, login)
    terms = [f"/_search/?q={queries.quote(t)}" for t in queries.terms()]

    def get(paths: list[str], target: str = "") -> Callable[[int], Any]:
        headers = {"Accept-Encoding": "gzip"} | ({"HX-Request": "true", "HX-Target": target} if target else {})
        return lambda n: browser.get(paths[n % len(paths)], headers=headers)

    def save(n: int) -> Any:
        path = f"{found[n % len(found)]}_field/address/"
        return browser.post(path, {"address": f"文三路{time.time_ns() % 10_000}号"}, headers={"HX-Request": "true"})

    def create(n: int) -> Any:
        given = {"name": f"剖析新建{time.time_ns()}有限公司", "phone": f"139{n:08d}", "level": "A"}
        return browser.post("/customers/new/?quick=1", given, headers={"HX-Request": "true"})

    return {
        "list": get([queries.lists()["default"]]),
        "list, filtered": get([queries.lists()["region_level"]]),
        "record": get(found),
        "record in the drawer": get(found, "drawer"),
        "search, a keystroke": get(terms, "palette"),
        "board": get([pages.BOARD], "list"),
        "calendar": get(["/customers/?view=all&layout=calendar&by=next_follow_up_at"], "list"),
        "workbench, shell": get(["/"]),
        "cell, saved": save,
        "customer, created": create,
    }
