"""`/api/v1/openapi.json`: an OpenAPI 3.1 document of exactly what this reader may do, derived from the registry."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from guanxi.kernel import pooled
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.registry import registry
from guanxi.kernel.write import transferring
from guanxi.kernel.write.sharing import PARTS
from guanxi.org import scopes
from guanxi.surfaces.api import changes, hooks_described, merge, messages_described, participants, schema
from guanxi.surfaces.api import described as described_more
from guanxi.surfaces.api import webhooks as hooks
from guanxi.surfaces.api.collection import DEFAULT_LIMIT, MOST, answer
from guanxi.surfaces.api.pieces import BASE, ID, ok, operation, page, query, results


def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The document."""
    return answer(document(request, actor))


def document(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    """What this reader may do."""
    paths: dict[str, Any] = {}
    schemas = {**SCHEMAS, **described_more.SCHEMAS, **messages_described.SCHEMAS}
    for entity, reader, name in described(actor):
        schemas[name] = schema.record(entity, reader)
        schemas[f"{name}Page"] = listed = page(name)
        listed["properties"]["count"] = {"type": "integer", "minimum": 0, "description": "Of all pages, where it was asked for"}
        paths |= paths_of(entity, reader, name)
    review = operation("get_review", _("What became of a write that waits"), {"200": ok({"$ref": "#/components/schemas/Review"})})
    paths["/api/v1/reviews/{id}"] = {"parameters": [ID], "get": review}
    paths |= about_everything(writes=any(actor.may(e.key, verb) for e, _reader, _name in described(actor) for verb in ("create", "edit")))
    if hooks.manager(request, actor, scopes.READ) is not None:
        paths |= hooks_described.paths(writes=hooks.manager(request, actor, scopes.WRITE) is not None)
    feed = operation("changes", _("What has changed since"), {"200": ok({"$ref": "#/components/schemas/Changes"})}, parameters=SINCE)
    feed["responses"]["410"] = {**feed["responses"]["400"], "description": "Gone"}
    paths["/api/v1/changes"] = {"get": feed}
    paths[messages_described.CHANNELS] = messages_described.channels()
    paths["/api/v1/meta/entities"] = {"get": operation("entities", _("What there is"), {"200": ok({"type": "object"})})}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Guanxi", "version": release()},
        "servers": [{"url": request.build_absolute_uri("/").rstrip("/")}],
        "security": [{"token": []}, {"application": []}],
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": SECURITY},
    }


def about_everything(*, writes: bool) -> dict[str, Any]:
    """Search over all entities, and a file by its number."""
    file = f"{BASE}/files/{{id}}"
    words = [{**query("q", "What to look for"), "required": True}, SINCE[1], query("limit", "Hits")]
    gone = operation("delete_file", _("Remove file"), {"204": {"description": "OK"}}, writes=True)
    return {
        f"{BASE}/search": {"get": operation("search", _("Search"), {"200": ok(results("Hit"))}, parameters=words)},
        file: {
            "parameters": [ID],
            "get": operation("get_file", _("File"), {"200": described_more.BYTES}),
            **({"delete": gone} if writes else {}),
        },
    }


def of_many(entity: Entity, actor: Actor, slug: str, label: str) -> dict[str, Any]:
    """Many at once, and the files of one."""
    base = f"{BASE}/{entity.slug}"
    files: dict[str, Any] = {"parameters": [ID], "get": operation(f"files_{slug}", label, {"200": ok(results("File"))})}
    if actor.may(entity.key, "edit") or actor.may(entity.key, "create"):
        files["post"] = operation(f"attach_{slug}", label, {"201": ok(results("File"))}, writes=True)
        files["post"]["requestBody"] = {"required": True, "content": described_more.MULTIPART}
    found = {f"{base}/{{id}}/files": files}
    if any(actor.may(entity.key, verb) for verb in ("create", "edit", "delete")):
        done = {"200": ok(results("Result"))}
        found[f"{base}/bulk"] = {"post": operation(f"bulk_{slug}", label, done, body=described_more.BULK, parameters=[ONCE])}
    return found


def described(actor: Actor) -> list[tuple[Entity, Actor, str]]:
    """What the actor may view: entities by the names of their models, then each pool that he belongs to, seen through its lens."""
    plain = [(entity, actor, entity.schema) for entity in registry.in_menu() if actor.may(entity.key, "view")]
    return plain + [(face, lens, f"{face.schema}In{lens.pool}") for face, lens in pooled.faces(actor)]


def release() -> str:
    """The version of the program."""
    try:
        return version("guanxi")
    except PackageNotFoundError:
        return "0"


def paths_of(entity: Entity, actor: Actor, name: str) -> dict[str, Any]:
    """The addresses of an entity with the verbs that the actor has a grant for."""
    base, slug, label = f"/api/v1/{entity.slug}", entity.slug.replace("-", "_"), str(entity.label)
    ref = {"$ref": f"#/components/schemas/{name}"}
    waits = {"202": {**ok({"$ref": "#/components/schemas/Review"}), "description": "Somebody must agree first"}}
    one = {"200": ok(ref)}
    moved = {
        "308": {
            "description": "It has become part of another record: see Location",
            "headers": {"Location": {"schema": {**_TEXT, "format": "uri"}}},
        }
    }
    listing = {"200": ok({"$ref": f"#/components/schemas/{name}Page"})}
    collection = {"get": operation(f"list_{slug}", str(entity.label_plural), listing, parameters=list_parameters(entity))}
    item: dict[str, Any] = {"get": operation(f"get_{slug}", label, {**one, **moved}, parameters=[FIELDS, EXPAND])}
    paths: dict[str, Any] = {
        base: collection,
        f"{base}/{{id}}": {"parameters": [ID], **item},
        f"{base}/{{id}}/history": {"parameters": [ID], "get": operation(f"history_{slug}", label, {"200": ok(page("Change"))})},
        f"{base}/similar": {"get": operation(f"similar_{slug}", label, {"200": ok(results("Similar"))}, parameters=SIMILAR)},
    }
    if actor.may(entity.key, "create"):
        body = schema.sent(entity, actor, creating=True)
        collection["post"] = operation(f"create_{slug}", label, {"201": ok(ref), **waits}, body=body, parameters=[ONCE])
    if actor.may(entity.key, "edit"):
        body = schema.sent(entity, actor, creating=False)
        paths[f"{base}/{{id}}"]["patch"] = operation(f"update_{slug}", label, {**one, **waits}, body=body)
    if actor.may(entity.key, "delete"):
        paths[f"{base}/{{id}}"]["delete"] = operation(f"delete_{slug}", label, {"204": {"description": "OK"}, **waits}, writes=True)
        paths[f"{base}/{{id}}/restore"] = {"parameters": [ID], "post": operation(f"restore_{slug}", label, {**one, **waits}, writes=True)}
    if actor.may(entity.key, "edit") and actor.may(entity.key, "delete"):
        body = merge.schema(entity, actor)
        paths[f"{base}/{{id}}/merge"] = {
            "parameters": [ID],
            "post": operation(f"merge_{slug}", _("Other records become part of this one"), one, body=body, parameters=[ONCE]),
        }
    for action in entity.actions:
        if actor.may(entity.key, action.grant):
            body = schema.action(entity, action)
            post = operation(f"{action.code}_{slug}", str(action.label), {**one, **waits}, body=body, parameters=[ONCE], optional=True)
            paths[f"{base}/{{id}}/actions/{action.code}"] = {"parameters": [ID], "post": post}
    if actor.pool is not None:
        return paths
    if actor.may(entity.key, "transfer"):
        post = operation(f"transfer_{slug}", _("Hand over"), {**one, **waits}, body=TRANSFER, parameters=[ONCE])
        paths[f"{base}/{{id}}/transfer"] = {"parameters": [ID], "post": post}
    told = messages_described.paths(entity, actor, slug, ONCE)
    return paths | of_many(entity, actor, slug, label) | taking_part(entity, actor, slug, label) | told


def taking_part(entity: Entity, actor: Actor, slug: str, label: str) -> dict[str, Any]:
    """To whom a record is opened; opening and closing it for whoever may hand records over."""
    base, listed = f"/api/v1/{entity.slug}/{{id}}/participants", {"200": ok(results("Participant"))}
    found: dict[str, Any] = {base: {"parameters": [ID], "get": operation(f"participants_{slug}", label, listed)}}
    if actor.may(entity.key, "transfer"):
        waits = {"202": {**ok({"$ref": "#/components/schemas/Review"}), "description": "Somebody must agree first"}}
        found[base]["post"] = operation(f"share_{slug}", label, {**listed, **waits}, body=SHARE)
        close = operation(f"unshare_{slug}", label, {"204": {"description": "OK"}}, writes=True)
        found[f"{base}/{{share}}"] = {"parameters": [ID, {**ID, "name": "share"}], "delete": close}
    return found


def list_parameters(entity: Entity) -> list[dict[str, Any]]:
    """How a list is narrowed, sorted and paged."""
    limit = {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT_LIMIT}
    found = [
        query("where", 'A condition as JSON: ["and", ["owner", "is", "me"], ["created_at", "is", "this_month"]]'),
        query("sort", f"A field, with - for descending. At any size: {', '.join(entity.sorts)}"),
        query("cursor", "Of the `next` address"),
        query("limit", "Records a page", limit),
        FIELDS,
        EXPAND,
        query("count", "`true`: with `count`, how many records all pages hold together", {"type": "boolean", "default": False}),
    ]
    return [*found, query("q", "Words, pinyin, initials, digits of a phone: the best hits")] if entity.search else found


FIELDS = query("fields", "Keys with commas between; all without it")
EXPAND = query("expand", "Keys of fields that refer to records, with commas between, at most five: each reference gets its `record`")
ONCE = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The same key writes once; a repetition gets the first record again.",
    "schema": {"type": "string"},
}
SIMILAR = [query("field", "Which field the value is for"), {**query("value", "What to compare with"), "required": True}]
SINCE = [
    query("since", "The `cursor` of the page before; `now` for the end of the feed; the beginning without it"),
    query("entity", "Slugs with commas between; all without it"),
    query("limit", "Changes a page", {"type": "integer", "minimum": 1, "maximum": changes.MOST, "default": changes.USUAL}),
    query("include", "`record`: each with the record as it is now", {"type": "string", "enum": ["record"]}),
]
SECURITY = {
    "token": {"type": "http", "scheme": "bearer"},
    "application": {
        "type": "oauth2",
        "flows": {"clientCredentials": {"tokenUrl": "/oauth/token", "scopes": {"read": "Only read", "write": "Read and write"}}},
    },
}
_TEXT = {"type": "string"}
_PERSON = {"type": ["object", "null"], "properties": {"id": {"type": "integer"}, "name": _TEXT}}
_TO = {"type": "string", "enum": list(participants.KINDS)}
_PART = {"type": "string", "enum": list(PARTS)}
TRANSFER = {
    "type": "object",
    "properties": {"owner": {"type": "integer"}, "reason": {"type": "string", "maxLength": transferring.LONGEST}},
    "required": ["owner"],
    "additionalProperties": False,
}
SHARE = {
    "type": "object",
    "properties": {
        "grantees": {
            "type": "array",
            "items": {"type": "object", "properties": {"to": _TO, "id": {"type": "integer"}}, "required": ["to", "id"]},
        },
        "part": {**_PART, "default": "viewer"},
        "until": {"type": ["string", "null"], "format": "date", "description": "The last day; for good without it"},
    },
    "required": ["grantees"],
    "additionalProperties": False,
}
SCHEMAS: dict[str, Any] = {
    "Participant": {
        "type": "object",
        "description": "Somebody to whom a record is opened; who belongs to another company has no number.",
        "properties": {
            "id": {"type": "integer"},
            "to": _TO,
            "grantee": {"type": ["integer", "null"]},
            "name": _TEXT,
            "part": _PART,
            "until": {"type": ["string", "null"], "format": "date-time"},
        },
        "required": ["id", "to", "grantee", "name", "part", "until"],
        "additionalProperties": False,
    },
    "Reference": {
        "type": "object",
        "description": "Another record; its title is null where the reader may not see it.",
        "properties": {
            "id": {"type": "integer"},
            "title": {"type": ["string", "null"]},
            "record": {
                "type": ["object", "null"],
                "description": "Where it was asked for by `expand`; null where the reader may not see it.",
            },
        },
        "required": ["id"],
    },
    "Problem": {
        "type": "object",
        "description": "RFC 9457",
        "properties": {
            "type": _TEXT,
            "title": _TEXT,
            "status": {"type": "integer"},
            "detail": _TEXT,
            "errors": {"type": "object", "additionalProperties": _TEXT},
        },
        "required": ["type", "title", "status", "detail", "errors"],
    },
    "Changes": {
        "type": "object",
        "properties": {
            "results": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "at": {"type": "string", "format": "date-time"},
                        "entity": _TEXT,
                        "id": {"type": "integer"},
                        "change": {"type": "string", "enum": ["created", "changed", "deleted", "restored", "gone"]},
                        "version": {"type": ["integer", "null"], "description": "Of the record as it is now"},
                        "record": {"type": ["object", "null"]},
                    },
                    "required": ["at", "entity", "id", "change", "version"],
                    "additionalProperties": False,
                },
            },
            "cursor": _TEXT,
            "more": {"type": "boolean", "description": "Whether to ask on at once"},
            "next": {"type": "string", "format": "uri"},
        },
        "required": ["results", "cursor", "more", "next"],
        "additionalProperties": False,
    },
    "Change": {
        "type": "object",
        "properties": {
            "at": {"type": "string", "format": "date-time"},
            "verb": _TEXT,
            "door": _TEXT,
            "version": {"type": "integer"},
            "write": {"type": "string", "format": "uuid"},
            "actor": {"type": ["integer", "null"]},
            "name": _TEXT,
            "reason": _TEXT,
            "changes": {
                "type": "array",
                "items": {"type": "object", "properties": dict.fromkeys(("field", "label", "old", "new"), _TEXT)},
            },
        },
        "required": ["at", "verb", "door", "version", "write", "actor", "name", "reason", "changes"],
        "additionalProperties": False,
    },
    "Review": {
        "type": "object",
        "description": "A write that takes effect once somebody has agreed to it; its record is null until a creation is.",
        "properties": {
            "review": {"type": "integer"},
            "state": {"type": "string", "enum": ["waiting", "approved", "refused", "withdrawn", "stale"]},
            "entity": _TEXT,
            "record": {"type": ["integer", "null"]},
            "verb": {"type": "string", "enum": ["create", "update", "delete", "restore", "release", "share"]},
            "version": {"type": ["integer", "null"]},
            "values": {"type": "object"},
            "author": _PERSON,
            "sent_at": {"type": "string", "format": "date-time"},
            "reason": _TEXT,
            "decided_by": _PERSON,
            "decided_at": {"type": ["string", "null"], "format": "date-time"},
            "note": _TEXT,
        },
        "required": ["review", "state", "entity", "record", "verb", "values", "author", "sent_at"],
        "additionalProperties": False,
    },
    "Similar": {
        "type": "object",
        "properties": {
            "entity": _TEXT,
            "id": {"type": ["integer", "null"]},
            "title": _TEXT,
            "owner": _TEXT,
            "why": _TEXT,
            "score": {"type": "number"},
            "visible": {"type": "boolean"},
        },
        "required": ["entity", "id", "title", "owner", "why", "score", "visible"],
        "additionalProperties": False,
    },
}
