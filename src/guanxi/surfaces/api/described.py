"""The parts of the OpenAPI document that speak of many records, of files and of what is about everything."""

from __future__ import annotations

from typing import Any

from guanxi.surfaces.api import bulk
from guanxi.surfaces.hooks import taking

TEXT = {"type": "string"}
NUMBER = {"type": "integer"}
MAYBE = {"type": ["integer", "null"]}
MOMENT = {"type": ["string", "null"], "format": "date-time"}
BULK = {
    "type": "object",
    "description": "One of the three lists",
    "properties": {
        "create": {"type": "array", "items": {"type": "object"}, "minItems": 1, "maxItems": bulk.MOST},
        "update": {"type": "array", "items": {"type": "object", "required": ["id"]}, "minItems": 1, "maxItems": bulk.MOST},
        "delete": {"type": "array", "items": NUMBER, "minItems": 1, "maxItems": bulk.MOST},
    },
    "minProperties": 1,
    "maxProperties": 1,
    "additionalProperties": False,
}
WEBHOOK: dict[str, Any] = {
    "type": "object",
    "properties": {
        "id": NUMBER,
        "entity": TEXT,
        "name": TEXT,
        "kinds": {"type": "array", "items": TEXT},
        "where": {"type": "array"},
        "address": TEXT,
        "active": {"type": "boolean"},
        "person": NUMBER,
        "failing_since": MOMENT,
    },
    "required": ["id", "entity", "name", "kinds", "where", "address", "active", "person", "failing_since"],
    "additionalProperties": False,
}
CHANGED_HOOK: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 60},
        "entity": {"type": "string", "description": "Slug of what it is about"},
        "kinds": {"type": "array", "items": {"type": "string", "enum": list(taking.KINDS)}, "minItems": 1},
        "where": {"type": "array", "description": "A condition, met by the record after the change; empty: always"},
        "address": {"type": "string", "maxLength": 500, "description": "https, or a host that the installation names"},
        "person": {"type": "integer", "description": "Whose rights decide what is told; whoever makes it, where left out"},
        "active": {"type": "boolean"},
    },
    "additionalProperties": False,
}
HOOK = {**CHANGED_HOOK, "required": ["name", "entity", "kinds", "address"]}
SCHEMAS: dict[str, Any] = {
    "Result": {
        "type": "object",
        "description": "What became of one record of a bulk write",
        "properties": {
            "index": NUMBER,
            "status": {"type": "string", "enum": ["done", "refused", "waiting"]},
            "id": {"type": ["integer", "null"]},
            "review": NUMBER,
            "errors": {"type": "object", "additionalProperties": TEXT},
        },
        "required": ["index", "status", "id"],
        "additionalProperties": False,
    },
    "File": {
        "type": "object",
        "properties": {
            "id": NUMBER,
            "name": TEXT,
            "size": NUMBER,
            "type": TEXT,
            "sha256": TEXT,
            "url": {"type": "string", "format": "uri"},
            "created_at": {"type": "string", "format": "date-time"},
            "created_by": {"type": ["integer", "null"]},
        },
        "required": ["id", "name", "size", "type", "sha256", "url", "created_at", "created_by"],
        "additionalProperties": False,
    },
    "Webhook": WEBHOOK,
    "NewWebhook": {
        **WEBHOOK,
        "description": "With its secret, which is told this once",
        "properties": {**WEBHOOK["properties"], "secret": TEXT},
        "required": [*WEBHOOK["required"], "secret"],
    },
    "Delivery": {
        "type": "object",
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "record": MAYBE,
            "change": TEXT,
            "state": {"type": "string", "enum": ["waiting", "sent", "failed", "dropped", "held"]},
            "tries": NUMBER,
            "status": MAYBE,
            "took": {**MAYBE, "description": "Milliseconds"},
            "answer": TEXT,
            "at": {"type": "string", "format": "date-time"},
            "next_at": MOMENT,
            "ended_at": MOMENT,
        },
        "required": ["id", "record", "change", "state", "tries", "status", "took", "answer", "at", "next_at", "ended_at"],
        "additionalProperties": False,
    },
    "Hit": {
        "type": "object",
        "properties": {"entity": TEXT, "id": NUMBER, "title": TEXT, "owner": {"type": ["integer", "string", "null"]}},
        "required": ["entity", "id", "title", "owner"],
        "additionalProperties": False,
    },
}
MULTIPART = {
    "multipart/form-data": {
        "schema": {
            "type": "object",
            "properties": {"files": {"type": "array", "items": {"type": "string", "format": "binary"}}},
            "required": ["files"],
        }
    }
}
BYTES = {"description": "OK", "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}

__all__ = ["BULK", "BYTES", "CHANGED_HOOK", "HOOK", "MULTIPART", "SCHEMAS"]
