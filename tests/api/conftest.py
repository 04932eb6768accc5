"""Programs that drive the API: one client a person, with that person's own token and no cookies."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.org import tokens
from tests.contract.conftest import entity, pytest_generate_tests, traces  # noqa: F401 - fixtures, and over what they run

#: Transactions of other databases of the cluster, begun before the last event of this one: the horizon of the feed waits for them as well.
_ELSEWHERE = """
SELECT count(*) FROM pg_stat_activity WHERE datname <> current_database()
AND backend_xid::text::bigint <= (SELECT coalesce(max(tx), 0) FROM kernel_event)
"""


def undisturbed() -> None:
    """Wait until the tests of the other worker, in its own database of the same cluster, hold nothing back."""
    for _try in range(600):
        with connection.cursor() as cursor:
            cursor.execute(_ELSEWHERE)
            if not cursor.fetchone()[0]:
                return
        time.sleep(0.1)


@dataclass
class Program:
    """A program with somebody's token."""

    token: str
    client: Client

    def send(self, verb: str, path: str, body: Any = None, **headers: str) -> Any:
        """One request; the answer's `.json()` is there unless it is empty."""
        content = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        given = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return self.client.generic(verb, f"/api/v1/{path}", headers={**given, **headers}, **content)

    def get(self, path: str, **query: Any) -> Any:
        """GET with parameters; a list or tuple is sent as JSON."""
        if path == "changes":
            undisturbed()
        found = {k: json.dumps(v, ensure_ascii=False) if isinstance(v, list | tuple) else v for k, v in query.items()}
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return self.client.get(f"/api/v1/{path}", found, headers=headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """POST."""
        return self.send("POST", path, body, **headers)

    def patch(self, path: str, body: Any) -> Any:
        """PATCH."""
        return self.send("PATCH", path, body)

    def delete(self, path: str) -> Any:
        """DELETE."""
        return self.send("DELETE", path)

    def results(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """The records of one page."""
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.content
        found: list[dict[str, Any]] = answer.json()["results"]
        return found


@pytest.fixture
def program(db: None) -> Callable[[Actor | None], Program]:
    """A program of this person, or of nobody."""

    def of(actor: Actor | None) -> Program:
        return Program(tokens.issue(actor.login) if actor else "", Client())

    return of


def address(of: Entity, record: Any = None, *more: str) -> str:
    """The address of an entity or record below `/api/v1/`."""
    return "/".join([of.slug, *([str(getattr(record, "id", record))] if record is not None else []), *more])
