"""Assistants speak the real protocol, over HTTP and over standard input, with a token's rights and no more."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from guanxi.kernel.registry import registry
from guanxi.org import tokens
from guanxi.org.models import Token
from guanxi.surfaces.mcp import stdio
from tests import samples
from tests.people import Cast

customers = registry.get("customers.customer")


class Assistant:
    """One that has somebody's token."""

    def __init__(self, actor: Any, *scopes: str) -> None:
        self.token, self.client, self.last = tokens.issue(actor.login, scopes=scopes), Client(enforce_csrf_checks=True), 0

    def send(self, message: Any, **headers: str) -> Any:
        """A message as it stands."""
        given = {"Authorization": f"Bearer {self.token}", "Accept": "application/json, text/event-stream", **headers}
        content = message if isinstance(message, str) else json.dumps(message)
        return self.client.post("/mcp", content, content_type="application/json", headers=given)

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """A request; the message that answers it."""
        self.last += 1
        answer = self.send({"jsonrpc": "2.0", "id": self.last, "method": method, "params": params})
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
        found: dict[str, Any] = answer.json()
        assert (found["jsonrpc"], found["id"]) == ("2.0", self.last)
        return found

    def call(self, name: str, **arguments: Any) -> dict[str, Any]:
        """What a tool answers that refuses nothing."""
        found = self.ask("tools/call", name=name, arguments=arguments)["result"]
        assert not found["isError"], found
        assert json.loads(found["content"][0]["text"]) == found["structuredContent"]
        document: dict[str, Any] = found["structuredContent"]
        return document

    def refused(self, name: str, **arguments: Any) -> int:
        """The status of a tool that refuses."""
        found = self.ask("tools/call", name=name, arguments=arguments)["result"]
        assert found["isError"], found
        return int(found["structuredContent"]["status"])


@pytest.mark.feature("INT-06")
def test_a_conversation_from_hello_to_a_changed_record(cast: Cast) -> None:
    mine = Assistant(cast.owner)
    hello = mine.ask("initialize", protocolVersion="2025-06-18", capabilities={}, clientInfo={"name": "t", "version": "1"})["result"]
    assert (hello["protocolVersion"], hello["capabilities"]) == ("2025-06-18", {"tools": {"listChanged": False}})
    silent = mine.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
    assert (silent.status_code, silent.content) == (202, b"")
    offered = {tool["name"]: tool for tool in mine.ask("tools/list")["result"]["tools"]}
    assert set(offered) == {"list_entities", "describe", "search", "list", "read", "create", "update", "act"}
    assert "customers" in {e["slug"] for e in mine.call("list_entities")["results"]}
    assert "name" in {f["key"] for f in mine.call("describe", entity="customers")["fields"]}
    made = mine.call("create", entity="customers", values={"name": "Zanzibar"})
    assert [h["id"] for h in mine.call("search", q="zanzibar")["results"]] == [made["id"]]
    assert mine.call("update", entity="customers", id=made["id"], values={"remark": "x"}, version=made["version"])["remark"] == "x"
    found = mine.call("list", entity="customers", where=["remark", "is", "x"], fields=["name"])
    assert [r["name"] for r in found["results"]] == ["Zanzibar"]
    assert found["cursor"] is None
    assert mine.call("read", entity="customers", id=made["id"])["name"] == "Zanzibar"
    other = samples.make(customers, actor=cast.owner)
    first = mine.call("list", entity="customers", limit=1)
    second = mine.call("list", entity="customers", limit=1, cursor=first["cursor"])
    assert {first["results"][0]["id"], second["results"][0]["id"]} == {made["id"], other.id}


def test_nothing_beyond_the_rights_of_the_token(cast: Cast) -> None:
    one = samples.make(customers, actor=cast.owner, name="Zanzibar")
    theirs, reader = Assistant(cast.stranger), Assistant(cast.owner, "read")
    assert theirs.call("list", entity="customers")["results"] == []
    assert theirs.call("search", q="zanzibar")["results"] == []
    assert theirs.refused("read", entity="customers", id=one.id) == 404
    assert theirs.refused("update", entity="customers", id=one.id, values={"name": "Mine"}) == 404
    assert Assistant(cast.admin).call("list_entities")["results"] == []
    assert {t["name"] for t in reader.ask("tools/list")["result"]["tools"]} == {"list_entities", "describe", "search", "list", "read"}
    assert reader.call("read", entity="customers", id=one.id)["name"] == "Zanzibar"
    assert reader.ask("tools/call", name="create", arguments={"entity": "customers", "values": {"name": "X"}})["error"]["code"] == -32602
    assert Assistant(cast.owner, "contacts:write").refused("read", entity="customers", id=one.id) == 404
    one.refresh_from_db()
    assert one.name == "Zanzibar"


def test_a_refusal_of_the_house_is_an_answer_of_the_tool(cast: Cast) -> None:
    mine = Assistant(cast.owner)
    found = mine.ask("tools/call", name="create", arguments={"entity": "customers", "values": {"name": ""}})["result"]
    assert found["isError"]
    assert "name" in found["structuredContent"]["errors"]
    assert mine.refused("list", entity="nothing") == 404
    assert mine.refused("list", entity="customers", where=["nothing", "is", 1]) == 400
    assert mine.refused("act", entity="customers", id=samples.make(customers, actor=cast.owner).id, action="nothing") == 404


@pytest.mark.parametrize(
    ("message", "status", "code"),
    [
        ("{", 400, -32700),
        ([{"jsonrpc": "2.0", "id": 1, "method": "ping"}], 200, -32600),
        ({"id": 1, "method": "ping"}, 200, -32600),
        ({"jsonrpc": "2.0", "id": 1, "method": "nothing"}, 200, -32601),
        ({"jsonrpc": "2.0", "id": 1, "method": "ping", "params": [1]}, 200, -32602),
        ({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "nothing"}}, 200, -32602),
        (
            {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "read", "arguments": {"entity": "customers"}}},
            200,
            -32602,
        ),
        ({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "read", "arguments": {"entity": 1, "id": 1}}}, 200, -32602),
    ],
)
def test_what_is_no_rightful_message_is_told_so(cast: Cast, message: Any, status: int, code: int) -> None:
    answer = Assistant(cast.owner).send(message)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_the_door(cast: Cast) -> None:
    mine, ping = Assistant(cast.owner), {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    assert mine.send(ping).json()["result"] == {}
    assert mine.send(ping, **{"MCP-Protocol-Version": "1999-01-01"}).status_code == 400
    assert mine.send(ping, Origin="https://evil.example").status_code == 403
    assert mine.send(ping, Origin="http://testserver").status_code == 200
    refused = Client().post("/mcp", json.dumps(ping), content_type="application/json")
    assert (refused.status_code, refused["WWW-Authenticate"][:6]) == (401, "Bearer")
    assert mine.client.get("/mcp", headers={"Authorization": f"Bearer {mine.token}"}).status_code == 405


def test_over_standard_input_a_message_a_line(cast: Cast) -> None:
    samples.make(customers, actor=cast.owner, name="Zanzibar")
    token, told = tokens.issue(cast.owner.login), io.StringIO()
    lines = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": "2024-11-05"}},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "search", "arguments": {"q": "zanzibar"}}},
    ]
    given = [*(json.dumps(line) + "\n" for line in lines), "{\n"]
    stdio.serve(token, io.StringIO("".join(given)), told, after=lambda: None)
    answers = [json.loads(line) for line in told.getvalue().splitlines()]
    assert answers[0]["result"]["protocolVersion"] == "2024-11-05"
    assert len(answers[1]["result"]["structuredContent"]["results"]) == 1
    assert answers[2]["error"]["code"] == -32700
    Token.objects.update(revoked_at="2020-01-01T00:00:00Z")
    assert "error" in (stdio.one(token, given[2]) or {})


def test_the_command_speaks_nothing_but_the_protocol(committed: Cast) -> None:
    token, database = tokens.issue(committed.owner.login), connection.settings_dict
    script = (
        "import sys, django; from django.conf import settings; django.setup();"
        f"settings.DATABASES['default']['NAME'] = {database['NAME']!r};"
        "from guanxi.surfaces.mcp import stdio; stdio.serve(sys.argv[1], sys.stdin, sys.stdout)"
    )
    said = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "list_entities", "arguments": {}}}) + "\n"
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    done = subprocess.run(
        [sys.executable, "-c", script, token], input=said, capture_output=True, text=True, env=environment, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    assert "customers" in {e["slug"] for e in json.loads(line)["result"]["structuredContent"]["results"]}


def test_a_list_is_counted_and_its_references_expanded(cast: Cast) -> None:
    mine, firm = Assistant(cast.owner), samples.make(customers, actor=cast.owner, name="Zanzibar")
    one = mine.call("create", entity="contacts", values={"name": "Li Lei", "customer": firm.id})
    mine.call("create", entity="contacts", values={"name": "Han Mei", "customer": firm.id})
    found = mine.call("list", entity="contacts", limit=1, count=True, expand=["customer"])
    assert (found["count"], found["results"][0]["customer"]["record"]["name"]) == (2, "Zanzibar")
    assert "count" not in mine.call("list", entity="contacts")
    assert mine.call("read", entity="contacts", id=one["id"], expand=["customer"])["customer"]["record"]["id"] == firm.id
    assert mine.refused("read", entity="contacts", id=one["id"], expand=["name"]) == 400
