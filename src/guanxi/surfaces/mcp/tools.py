"""What an assistant may call. Each tool is a call of the API, made in this process by the view that answers programs."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse

from guanxi.kernel import pooled
from guanxi.kernel.actor import Actor
from guanxi.org import scopes
from guanxi.surfaces.api import collection, finding, item, meta
from guanxi.surfaces.api.door import entity_of
from guanxi.surfaces.api.problems import EXPECTED, Problem, from_error

Given = dict[str, Any]
ENTITY = {"type": "string", "description": "The slug of a kind of record, from list_entities"}
ID = {"type": "integer", "minimum": 1}
VALUES = {"type": "object", "description": "Values by field key; references as ids or exact names"}
LIMIT = {"type": "integer", "minimum": 1, "maximum": collection.WHOLE}
FIELDS = {"type": "array", "items": {"type": "string"}, "description": "Keys of fields; all without it"}
EXPAND = {
    "type": "array",
    "items": {"type": "string"},
    "description": "Keys of references to be answered with their whole record in `record`",
}
WHERE = {
    "type": "array",
    "description": 'A condition: ["field", "operator", value], or ["and", [...], [...]]; operators come from describe',
}


@dataclass(frozen=True)
class Caller:
    """Who calls: the actor as far as the token reaches, and how far that is."""

    actor: Actor
    reach: Sequence[str] = ()

    def towards(self, slug: str) -> Actor:
        """The actor before an entity; before a pool he looks through its lens."""
        return scopes.narrowed(pooled.through(self.actor, slug), self.reach)


@dataclass(frozen=True)
class Tool:
    """One tool with the schema of what it takes."""

    name: str
    about: str
    properties: dict[str, Any]
    required: tuple[str, ...]
    run: Callable[[Caller, Given], HttpResponse]
    writes: bool = False

    def document(self) -> dict[str, Any]:
        """As `tools/list` tells it."""
        schema = {"type": "object", "properties": self.properties, "required": list(self.required), "additionalProperties": False}
        hints = {"readOnlyHint": not self.writes, "destructiveHint": False, "openWorldHint": False}
        return {"name": self.name, "description": self.about, "inputSchema": schema, "annotations": hints}


class Misused(Exception):
    """The arguments do not fit the schema."""


def available(caller: Caller) -> list[Tool]:
    """The tools of this caller: who may only read is offered nothing that writes."""
    reads_only = bool(caller.reach) and not scopes.may_write(caller.reach)
    return [tool for tool in TOOLS if not (tool.writes and reads_only)]


def call(caller: Caller, name: str, given: Given) -> tuple[Any, bool]:
    """What the tool answers, and whether that is a refusal. Raises KeyError for no such tool, and Misused."""
    tool = {tool.name: tool for tool in available(caller)}[name]
    _fit(tool, given)
    try:
        answer = tool.run(caller, given)
    except (Problem, *EXPECTED) as error:
        answer = from_error(error).response()
    return (json.loads(answer.content) if answer.content else {}), answer.status_code >= 400


def _fit(tool: Tool, given: Given) -> None:
    types: dict[str, Any] = {"string": str, "integer": int, "object": dict, "array": list, "boolean": bool}
    for key, value in given.items():
        schema = tool.properties.get(key)
        if schema is None:
            raise Misused(f"{tool.name} takes no {key!r}")
        if not isinstance(value, types[schema["type"]]) or isinstance(value, bool) is not (schema["type"] == "boolean"):
            raise Misused(f"{key!r} must be of type {schema['type']}")
        if schema["type"] == "integer" and not schema["minimum"] <= value < 10**18:
            raise Misused(f"{key!r} is out of range")
    if missing := [key for key in tool.required if key not in given]:
        raise Misused(f"{tool.name} needs {missing[0]!r}")


def request(verb: str, path: str, query: dict[str, Any] | None = None, body: Any = None) -> HttpRequest:
    """A request as a program would have sent it."""
    content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")
    place = urlsplit(settings.GUANXI_URL)
    port = place.port or (443 if place.scheme == "https" else 80)
    environ = {
        "REQUEST_METHOD": verb,
        "PATH_INFO": f"/api/v1/{path}",
        "QUERY_STRING": urlencode({k: v for k, v in (query or {}).items() if v not in ("", None)}),
        "SERVER_NAME": place.hostname or "localhost",
        "SERVER_PORT": str(port),
        "wsgi.url_scheme": place.scheme or "http",
        "wsgi.input": io.BytesIO(content),
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(content)),
    }
    return WSGIRequest(environ)


def _entities(caller: Caller, given: Given) -> HttpResponse:
    keys = ("slug", "label", "title", "searchable", "may")
    found = json.loads(meta.entities(request("GET", "meta/entities"), caller.actor).content)["results"]
    return collection.answer({"results": [{key: one[key] for key in keys} for one in found]})


def _describe(caller: Caller, given: Given) -> HttpResponse:
    actor = caller.towards(given["entity"])
    return collection.answer(meta.describe(entity_of(actor, given["entity"]), actor))


def _search(caller: Caller, given: Given) -> HttpResponse:
    query = {"q": given["q"], "entity": given.get("entity", ""), "limit": given.get("limit", 20)}
    return finding.read(request("GET", "search", query), caller.actor)


def _named(given: Given, *lists: str) -> dict[str, str]:
    """Lists of keys as a query says them."""
    return {name: ",".join(map(str, given.get(name, []))) for name in lists}


def _list(caller: Caller, given: Given) -> HttpResponse:
    slug = given["entity"]
    where = json.dumps(given["where"], ensure_ascii=False) if given.get("where") else ""
    query = {"where": where, **_named(given, "fields", "expand"), "limit": given.get("limit", 20)}
    query |= {key: given.get(key, "") for key in ("sort", "q", "cursor")}
    asked = request("GET", slug, query)
    window = collection.narrowed(asked, caller.towards(slug), slug)
    documents, cursor, _held = collection.page_of(asked, window)
    count = {"count": collection.total(window)} if given.get("count") else {}
    return collection.answer({"results": list(documents), "cursor": cursor or None, **count})


def _read(caller: Caller, given: Given) -> HttpResponse:
    slug, query = given["entity"], _named(given, "fields", "expand")
    return item.read(request("GET", f"{slug}/{given['id']}", query), caller.towards(slug), slug, given["id"])


def _create(caller: Caller, given: Given) -> HttpResponse:
    slug = given["entity"]
    return collection.create(request("POST", slug, body=given["values"]), caller.towards(slug), slug)


def _update(caller: Caller, given: Given) -> HttpResponse:
    slug, values = given["entity"], {**given["values"], **({"version": given["version"]} if "version" in given else {})}
    return item.change(request("PATCH", f"{slug}/{given['id']}", body=values), caller.towards(slug), slug, given["id"])


def _act(caller: Caller, given: Given) -> HttpResponse:
    slug, code = given["entity"], given["action"]
    asked = request("POST", f"{slug}/{given['id']}/actions/{code}", body=given.get("values", {}))
    return item.act(asked, caller.towards(slug), slug, given["id"], code)


TOOLS = (
    Tool("list_entities", "The kinds of records there are: customers, contacts, opportunities and so on.", {}, (), _entities),
    Tool("describe", "The fields, operators, options and actions of one kind of record.", {"entity": ENTITY}, ("entity",), _describe),
    Tool(
        "search",
        "Find records by words of their names, pinyin, initials or digits of a phone number.",
        {"q": {"type": "string"}, "entity": ENTITY, "limit": LIMIT},
        ("q",),
        _search,
    ),
    Tool(
        "list",
        "Records of one kind that match a condition, a page at a time; `cursor` of the answer leads to the following page.",
        {
            "entity": ENTITY,
            "where": WHERE,
            "sort": {"type": "string", "description": "A field, with - for descending"},
            "q": {"type": "string"},
            "fields": FIELDS,
            "expand": EXPAND,
            "limit": LIMIT,
            "cursor": {"type": "string"},
            "count": {"type": "boolean", "description": "Whether to say in `count` how many there are in all"},
        },
        ("entity",),
        _list,
    ),
    Tool("read", "One record.", {"entity": ENTITY, "id": ID, "fields": FIELDS, "expand": EXPAND}, ("entity", "id"), _read),
    Tool("create", "Create a record.", {"entity": ENTITY, "values": VALUES}, ("entity", "values"), _create, writes=True),
    Tool(
        "update",
        "Change fields of a record; with the version that was read, what somebody else changed since is refused.",
        {"entity": ENTITY, "id": ID, "values": VALUES, "version": ID},
        ("entity", "id", "values"),
        _update,
        writes=True,
    ),
    Tool(
        "act",
        "Do a declared action to a record, such as claim or win; describe tells which there are.",
        {"entity": ENTITY, "id": ID, "action": {"type": "string"}, "values": VALUES},
        ("entity", "id", "action"),
        _act,
        writes=True,
    ),
)

__all__ = ["TOOLS", "Caller", "Misused", "Tool", "available", "call"]
