"""The Python client against the API: every kind of field there and back, writes that are tried again, errors by kind, the examples of the docs."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.test import Client as Browser

import guanxi.client
from guanxi.client import Answer, Client, Conflict, Forbidden, Invalid, NotFound, TooMany, Unauthorized, Unreachable
from guanxi.kernel.entity import Entity
from guanxi.kernel.registry import registry
from guanxi.org import tokens
from guanxi.org.models import Application, User
from tests import samples
from tests.api.conftest import undisturbed
from tests.api.test_schema import answered, faults
from tests.people import Cast

DOCS = Path(__file__).resolve().parents[2] / "docs/api.md"
customers = registry.get("customers.customer")


def through(browser: Browser) -> Callable[..., Answer]:
    """A transport without a wire."""

    def send(verb: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        kind = headers.get("Content-Type", "application/octet-stream")
        answer = browser.generic(verb, path, body or b"", content_type=kind, headers=dict(headers))
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        return Answer(answer.status_code, {k.lower(): v for k, v in answer.headers.items()}, content)

    return send


def client_of(actor: Any, **given: Any) -> Client:
    """A program of somebody."""
    return Client("http://testserver", tokens.issue(actor.login), transport=through(Browser()), sleep=lambda seconds: None, **given)


def test_every_kind_of_field_there_and_back(entity: Entity, cast: Cast) -> None:
    mine = client_of(cast.owner)
    record = samples.make(entity, "full", actor=cast.owner)
    read = mine[entity.slug].get(record.id)
    fields = next(e for e in mine.entities() if e["slug"] == entity.slug)["fields"]
    writable = [f["key"] for f in fields if f["writable"] and not f["masked"] and f["key"] in read and f["key"] != "owner"]
    again = mine[entity.slug].update(record.id, {key: read[key] for key in writable})
    assert {key: again[key] for key in writable} == {key: read[key] for key in writable}
    assert record.id in {r["id"] for r in mine[entity.slug].list(limit=1)}


def test_lists_run_over_all_pages(cast: Cast) -> None:
    mine = client_of(cast.owner)["customers"]
    made = [r["id"] for r in mine.create_many({"name": f"Acme {n}"} for n in range(7))]
    assert sorted(r["id"] for r in mine.list(limit=2, sort="name")) == sorted(made)
    assert [r["name"] for r in mine.list(["name", "is", "Acme 3"], fields=["name"])] == ["Acme 3"]
    assert (mine.count(), mine.count(["name", "is", "Acme 3"]), mine.count(["name", "is", "nobody"])) == (7, 1, 0)


def test_many_at_once_each_with_its_own_result(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("guanxi.client.client.BULK", 2)
    mine = client_of(cast.owner)["customers"]
    theirs = samples.make(customers, actor=cast.stranger)
    made = list(mine.create_many([{"name": "A"}, {"name": ""}, {"name": "B"}, {"name": "C", "nonsense": 1}]))
    assert [(r["index"], r["status"]) for r in made] == [(0, "done"), (1, "refused"), (2, "done"), (3, "refused")]
    assert "name" in made[1]["errors"]
    first, second = made[0]["id"], made[2]["id"]
    changed = list(mine.update_many([{"id": first, "remark": "x"}, {"id": theirs.id, "remark": "x"}, {"remark": "x"}]))
    assert [r["status"] for r in changed] == ["done", "refused", "refused"]
    assert mine.get(first)["remark"] == "x"
    assert [r["status"] for r in mine.delete_many([second, theirs.id])] == ["done", "refused"]
    with pytest.raises(NotFound):
        mine.get(second)


def test_a_write_whose_answer_was_lost_happens_once(cast: Cast) -> None:
    real, lost = through(Browser()), []

    def deaf(*given: Any) -> Answer:
        answer = real(*given)
        if len(lost) < 2:
            lost.append(answer)
            raise OSError("connection reset")
        return answer

    mine = Client("http://testserver", tokens.issue(cast.owner.login), transport=deaf, sleep=lambda seconds: None)
    record = mine["customers"].create({"name": "Acme"})
    lost.clear()
    assert [r["status"] for r in mine["customers"].create_many([{"name": "B"}, {"name": ""}])] == ["done", "refused"]
    assert sorted(r["name"] for r in mine["customers"].list()) == ["Acme", "B"]
    lost.clear()
    with pytest.raises(Unreachable):
        mine["customers"].update(record["id"], {"remark": "x"})


def test_errors_say_what_is_wrong(cast: Cast) -> None:
    mine, readonly = client_of(cast.owner), client_of(cast.readonly)
    with pytest.raises(Invalid) as refused:
        mine["customers"].create({"name": ""})
    assert "name" in refused.value.errors
    with pytest.raises(NotFound):
        mine["customers"].get(10**12)
    with pytest.raises(Forbidden):
        readonly["customers"].create({"name": "Acme"})
    with pytest.raises(Unauthorized):
        Client("http://testserver", "gx_nonsense", transport=through(Browser())).entities()
    one = mine["customers"].create({"name": "Acme"})
    mine["customers"].update(one["id"], {"remark": "a"})
    with pytest.raises(Conflict) as clash:
        mine["customers"].update(one["id"], {"remark": "b"}, version=one["version"])
    assert clash.value.problem["clashes"][0]["now"] == "a"


def test_who_is_told_to_wait_waits(cast: Cast) -> None:
    waited: list[float] = []
    answers = [Answer(429, {"retry-after": "7"}, b"{}")] * 5
    mine = Client("http://testserver", "gx_x", transport=lambda *given: answers.pop(), sleep=waited.append, tries=3)
    with pytest.raises(TooMany):
        mine.entities()
    assert waited == [7.0, 7.0]


def test_an_application_gets_its_token_by_itself(cast: Cast) -> None:
    mine = Client("http://testserver", **warehouse(cast), transport=through(Browser()))
    samples.make(customers, actor=cast.owner)
    assert len(list(mine["customers"].list())) == 1
    with pytest.raises(Forbidden):
        mine["customers"].create({"name": "Acme"})


def warehouse(cast: Cast) -> dict[str, str]:
    """The id and secret of an application that may read."""
    row = Application(name="Ours", user=User.objects.get(pk=cast.owner.id), scopes=["read"])
    secret = tokens.keep(row, actor=cast.admin)
    return {"client_id": row.client_id, "client_secret": secret}


def test_files_go_there_and_back(cast: Cast) -> None:
    mine, theirs = client_of(cast.owner), client_of(cast.stranger)
    one = samples.make(customers, actor=cast.owner)
    content = bytes(range(256)) * 10
    file = mine["customers"].attach(one.id, '合同 "一".bin', content)
    assert [f["id"] for f in mine["customers"].files(one.id)] == [file["id"]]
    assert mine.file(file["id"]) == content
    for refused in (lambda: theirs.file(file["id"]), lambda: theirs["customers"].files(one.id), lambda: theirs.remove_file(file["id"])):
        with pytest.raises(NotFound):
            refused()
    mine.remove_file(file["id"])
    assert mine["customers"].files(one.id) == []


def test_search_finds_what_the_token_may_see(cast: Cast) -> None:
    one = samples.make(customers, actor=cast.owner, name="Zanzibar Trading")
    assert [(h["entity"], h["id"]) for h in client_of(cast.owner).search("zanzibar")] == [("customers", one.id)]
    mine = client_of(cast.owner)
    document = mine.openapi()
    for verb, path, body in (
        ("get", "/search?q=zanzibar", None),
        ("post", "/customers/bulk", {"create": [{"name": "A"}, {"name": ""}]}),
        ("get", f"/customers/{one.id}/files", None),
        ("get", "/changes", None),
    ):
        place = "/api/v1" + path.partition("?")[0].replace(str(one.id), "{id}")
        assert faults(mine.json(verb.upper(), path, body), answered(document, place, verb, "200"), document) == []
    assert client_of(cast.stranger).search("zanzibar") == []
    with pytest.raises(NotFound):
        client_of(cast.owner).search("zanzibar", "nothing")


class Quiet(WSGIRequestHandler):
    """A server that says nothing."""

    def log_message(self, *_given: Any) -> None:
        pass


@pytest.fixture
def address(committed: Cast, settings: Any) -> Iterator[str]:
    """A server on a wire."""
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    application = get_wsgi_application()

    def closing(environ: Any, start: Any) -> Any:
        yield from application(environ, start)
        connection.close()

    server = make_server("127.0.0.1", 0, closing, handler_class=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


class Unhurried(Client):
    """Asks for changes when no other worker's transaction holds them back."""

    def changes(self, *given: Any, **how: Any) -> Iterator[Any]:
        undisturbed()
        yield from super().changes(*given, **how)


@pytest.mark.feature("INT-02")
def test_the_examples_of_the_docs_work_over_a_wire(committed: Cast, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    token = tokens.issue(committed.owner.login)
    monkeypatch.setattr(guanxi.client, "Client", lambda _url, token="", real=Unhurried, mine=token: real(address, mine))
    examples = re.findall(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.S)
    assert len(examples) >= 6
    names: dict[str, Any] = {}
    for example in examples:
        exec(compile(example, "docs/api.md", "exec"), names)
    assert names["page"].results[-1]["change"] == "deleted"
