"""The client: every call of the API as a method, pages as iterators, writes that are safe to try again."""

from __future__ import annotations

import base64
import http.client
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit
from uuid import uuid4

from guanxi.client import errors
from guanxi.client.transport import Answer, Transport, Wire

Record = dict[str, Any]
Condition = Sequence[Any]
BASE = "/api/v1"
#: Records that the API takes at once, and a page holds at most.
BULK, PAGE = 1_000, 200
#: Answers after which trying again helps, and the longest wait that is waited in silence.
BUSY, PATIENCE = (429, 503), 60.0


@dataclass(frozen=True)
class Changes:
    """A page of the feed: keep `cursor` once `results` are dealt with."""

    results: list[Record]
    cursor: str
    more: bool


class Client:
    """`Client("https://crm.example.com", token="gx_…")`, or with `client_id` and `client_secret` of an application."""

    def __init__(
        self,
        url: str,
        token: str = "",
        *,
        client_id: str = "",
        client_secret: str = "",
        scope: str = "",
        language: str = "zh-hans",
        timeout: float = 30.0,
        tries: int = 4,
        transport: Transport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._token, self._until = token, float("inf") if token else 0.0
        self._application, self._scope = (client_id, client_secret), scope
        self._language, self._tries, self._sleep = language, tries, sleep
        self._transport: Transport = transport or Wire(url, timeout)

    def __getitem__(self, slug: str) -> Records:
        """The records of an entity: `client["customers"]`."""
        return Records(self, slug)

    # ── What is about everything ──

    def entities(self) -> list[Record]:
        """What there is, with its fields as this token has them."""
        return self._results("/meta/entities")

    def openapi(self) -> Record:
        """The document of exactly what this token may do."""
        return self.json("GET", "/openapi.json")

    def search(self, text: str, *entities: str, limit: int = 50) -> list[Record]:
        """The best hits."""
        return self._results("/search", {"q": text, "entity": ",".join(entities), "limit": limit})

    def changes(self, since: str = "", *entities: str, records: bool = False, limit: int = 1_000) -> Iterator[Changes]:
        """Pages of what has changed since a cursor, until nothing is known to follow; `since="now"` gives the end. Raises Gone."""
        while True:
            asked = {"since": since, "entity": ",".join(entities), "include": "record" if records else "", "limit": limit}
            found = self.json("GET", "/changes", query=asked)
            page = Changes(found["results"], found["cursor"], found["more"])
            yield page
            since = page.cursor
            if not page.more:
                return

    def review(self, number: int) -> Record:
        """What became of a write that waits for somebody's agreement."""
        return self.json("GET", f"/reviews/{number}")

    def file(self, number: int) -> bytes:
        """The content of a file."""
        return self.send("GET", f"{BASE}/files/{number}").body

    def remove_file(self, number: int) -> None:
        """Take it away from its record."""
        self.json("DELETE", f"/files/{number}")

    def webhooks(self) -> list[Record]:
        """For administrators: where what is told."""
        return self._results("/webhooks")

    def deliveries(self, hook: int) -> Iterator[Record]:
        """What was told, the latest first."""
        return self.pages(f"/webhooks/{hook}/deliveries", {"limit": PAGE})

    def test_webhook(self, hook: int) -> Record:
        """Send something to see whether it arrives."""
        return self.json("POST", f"/webhooks/{hook}/test")

    def replay(self, hook: int, delivery: str) -> Record:
        """Tell it once more."""
        return self.json("POST", f"/webhooks/{hook}/deliveries/{delivery}/replay")

    # ── How it is asked ──

    def json(
        self, verb: str, path: str, body: Any = None, *, query: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> Record:
        """One call below `/api/v1`; the answer's document, empty where there is none. Raises Error."""
        given = {k: v for k, v in (query or {}).items() if v not in ("", None)}
        address = f"{BASE}{path}" + (f"?{urlencode(given)}" if given else "")
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        kind = {} if body is None else {"Content-Type": "application/json"}
        answer = self.send(verb, address, content, {**kind, **(headers or {})})
        found: Record = json.loads(answer.body) if answer.body else {}
        return found

    def pages(self, path: str, query: Mapping[str, Any]) -> Iterator[Record]:
        """The results of all pages."""
        page = self.json("GET", path, query=query)
        while True:
            yield from page["results"]
            if not page.get("next"):
                return
            following = urlsplit(page["next"])
            page = json.loads(self.send("GET", f"{BASE}{following.path.partition(BASE)[2]}?{following.query}").body)

    def send(self, verb: str, address: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Answer:
        """One request, tried again where that is safe; the address of a merged record is followed. Raises Error."""
        given = {"Accept-Language": self._language, **(headers or {})}
        for last in [*[False] * (self._tries - 1), True]:
            given["Authorization"] = f"Bearer {self._bearer()}"
            try:
                answer = self._transport(verb, address, given, body)
            except (OSError, http.client.HTTPException) as problem:
                if last or (verb != "GET" and "Idempotency-Key" not in given):
                    raise errors.Unreachable(str(problem) or type(problem).__name__) from problem
                self._sleep(1.0)
                continue
            if answer.status in BUSY and not last and (wait := _wait(answer)) <= PATIENCE:
                self._sleep(wait)
                continue
            if answer.status == 308:
                return self.send(verb, urlsplit(answer.headers["location"]).path, body, headers)
            return _good(answer)
        raise AssertionError("unreachable")

    def _bearer(self) -> str:
        """The token; an application gets another one shortly before the last one ends."""
        if time.monotonic() < self._until:
            return self._token
        body = {"grant_type": "client_credentials", **({"scope": self._scope} if self._scope else {})}
        basic = base64.b64encode(":".join(quote(part, safe="") for part in self._application).encode()).decode()
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": f"Basic {basic}"}
        found = json.loads(_good(self._transport("POST", "/oauth/token", headers, urlencode(body).encode())).body)
        self._token, self._until = found["access_token"], time.monotonic() + found["expires_in"] - 60
        return self._token

    def _results(self, path: str, query: Mapping[str, Any] | None = None) -> list[Record]:
        found: list[Record] = self.json("GET", path, query=query)["results"]
        return found


def _wait(answer: Answer) -> float:
    given = answer.headers.get("retry-after", "1")
    return float(given) if given.isdecimal() else 1.0


def _good(answer: Answer) -> Answer:
    if answer.status < 300:
        return answer
    try:
        problem = json.loads(answer.body)
    except ValueError:
        problem = {}
    raise errors.of(answer.status, problem if isinstance(problem, dict) else {})


def _text(where: Condition) -> str:
    return json.dumps(where, ensure_ascii=False) if where else ""


class Records:
    """The records of one entity. A write that somebody must agree to first answers with a document that has `review`."""

    def __init__(self, client: Client, slug: str) -> None:
        self._client, self._path = client, f"/{quote(slug, safe='')}"

    def list(
        self,
        where: Condition = (),
        *,
        sort: str = "",
        fields: Iterable[str] = (),
        expand: Iterable[str] = (),
        q: str = "",
        limit: int = PAGE,
    ) -> Iterator[Record]:
        """All that match, page by page as they are taken; `limit` is how many a page holds.

        References of the fields named in `expand` bear the whole `record`.
        """
        query = {"where": _text(where), "sort": sort, "fields": ",".join(fields), "expand": ",".join(expand), "q": q, "limit": limit}
        return self._client.pages(self._path, {k: v for k, v in query.items() if v != ""})

    def count(self, where: Condition = (), *, q: str = "") -> int:
        """How many match."""
        query = {"where": _text(where), "q": q, "count": "true", "limit": 1}
        found: int = self._client.json("GET", self._path, query={k: v for k, v in query.items() if v != ""})["count"]
        return found

    def get(self, number: int, fields: Iterable[str] = ()) -> Record:
        """One record; of one that was merged, what it has become."""
        return self._client.json("GET", f"{self._path}/{number}", query={"fields": ",".join(fields)})

    def create(self, values: Mapping[str, Any], *, key: str = "") -> Record:
        """One more. The key makes it happen once however often it is tried; one is made up where none is given."""
        return self._once("", values, key)

    def update(self, number: int, values: Mapping[str, Any], *, version: int | None = None) -> Record:
        """Change fields; with the version that was read, what somebody changed since raises Conflict."""
        return self._client.json("PATCH", f"{self._path}/{number}", {**values, **({"version": version} if version else {})})

    def delete(self, number: int) -> Record:
        """To the recycle bin."""
        return self._client.json("DELETE", f"{self._path}/{number}")

    def restore(self, number: int) -> Record:
        """Out of it."""
        return self._client.json("POST", f"{self._path}/{number}/restore")

    def act(self, number: int, code: str, values: Mapping[str, Any] | None = None, *, key: str = "") -> Record:
        """A declared action such as `claim`."""
        return self._once(f"/{number}/actions/{code}", values or {}, key)

    def transfer(self, number: int, owner: int, reason: str = "", *, key: str = "") -> Record:
        """To another owner."""
        return self._once(f"/{number}/transfer", {"owner": owner, "reason": reason}, key)

    def merge(self, number: int, others: Sequence[int], choices: Mapping[str, Any] | None = None, *, key: str = "") -> Record:
        """Others become part of this one."""
        return self._once(f"/{number}/merge", {"with": [*others], "choices": dict(choices or {})}, key)

    def history(self, number: int) -> Iterator[Record]:
        """What happened to it, the latest first."""
        return self._client.pages(f"{self._path}/{number}/history", {"limit": PAGE})

    def participants(self, number: int) -> Sequence[Record]:
        """To whom it is open."""
        found: Sequence[Record] = self._client.json("GET", f"{self._path}/{number}/participants")["results"]
        return found

    def share(self, number: int, grantees: Sequence[Mapping[str, Any]], part: str = "viewer", until: str = "") -> Record:
        """Open it: `[{"to": "person", "id": 3}]`, until the end of a day if one is named."""
        body = {"grantees": [*grantees], "part": part, **({"until": until} if until else {})}
        return self._client.json("POST", f"{self._path}/{number}/participants", body)

    def unshare(self, number: int, share: int) -> None:
        """Close it to one of them."""
        self._client.json("DELETE", f"{self._path}/{number}/participants/{share}")

    def messages(self, number: int) -> Sequence[Record]:
        """What was sent about it to people outside, the latest first."""
        found: Sequence[Record] = self._client.json("GET", f"{self._path}/{number}/messages")["results"]
        return found

    def send(self, number: int, medium: str, said: Mapping[str, Any], *, key: str = "") -> Record:
        """A text message (`sms`) or a mail (`mail`) about it: `{"body": …, "to": "contacts:12:phone"}` or `{"text": 3}`."""
        return self._once(f"/{number}/messages", {"medium": medium, **said}, key)

    def similar(self, value: str, field: str = "") -> Sequence[Record]:
        """Likely duplicates of a value."""
        found: Sequence[Record] = self._client.json("GET", f"{self._path}/similar", query={"field": field, "value": value})["results"]
        return found

    def files(self, number: int) -> Sequence[Record]:
        """The files of a record."""
        found: Sequence[Record] = self._client.json("GET", f"{self._path}/{number}/files")["results"]
        return found

    def attach(self, number: int, name: str, content: bytes) -> Record:
        """Add a file."""
        line = uuid4().hex
        safe = name.replace('"', "'").replace("\r", " ").replace("\n", " ")
        head = f'--{line}\r\nContent-Disposition: form-data; name="files"; filename="{safe}"\r\n\r\n'
        body = head.encode() + content + f"\r\n--{line}--\r\n".encode()
        kind = {"Content-Type": f"multipart/form-data; boundary={line}"}
        found: Record = json.loads(self._client.send("POST", f"{BASE}{self._path}/{number}/files", body, kind).body)["results"][0]
        return found

    def create_many(self, rows: Iterable[Mapping[str, Any]]) -> Iterator[Record]:
        """A result for each row, in order: `status` done, refused (with `errors`) or waiting. A thousand go at once."""
        return self._many("create", rows)

    def update_many(self, rows: Iterable[Mapping[str, Any]]) -> Iterator[Record]:
        """The same; each row bears its `id`."""
        return self._many("update", rows)

    def delete_many(self, numbers: Iterable[int]) -> Iterator[Record]:
        """The same."""
        return self._many("delete", numbers)

    def _many(self, verb: str, rows: Iterable[Any]) -> Iterator[Record]:
        chunk: list[Any] = []  # type: ignore[valid-type] # the builtin, not the method
        place = 0
        for row in [*rows, None]:
            if row is not None:
                chunk.append(row)
            if chunk and (row is None or len(chunk) == BULK):
                for result in self._once("/bulk", {verb: chunk}, "")["results"]:
                    yield {**result, "index": place + result["index"]}
                place, chunk = place + len(chunk), []

    def _once(self, path: str, body: Mapping[str, Any], key: str) -> Record:
        return self._client.json("POST", self._path + path, dict(body), headers={"Idempotency-Key": key or uuid4().hex})


__all__ = ["Changes", "Client", "Records"]
