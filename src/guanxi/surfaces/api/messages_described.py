"""The part of the OpenAPI document that speaks of messages to people outside."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.surfaces.api.described import MOMENT, NUMBER, TEXT
from guanxi.surfaces.api.pieces import BASE, ID, ok, operation, results
from guanxi.surfaces.channels.providers import MEDIA

_MEDIUM = {"type": "string", "enum": list(MEDIA)}
SENT = {
    "type": "object",
    "properties": {
        "medium": _MEDIUM,
        "channel": {"type": "integer", "description": "Of GET /channels; the first of the medium without it"},
        "to": {"type": "string", "description": "Whose field, as slug:id:field; the first address on or beside the record without it"},
        "text": {
            "type": "integer",
            "description": "A text that is kept ready, filled from the record; the only way by channels with approved wordings",
        },
        "subject": {"type": "string", "maxLength": 300},
        "body": {"type": "string", "maxLength": 20_000},
        "tells": {"type": "boolean", "description": "It becomes an entry of the record's story once it has gone"},
    },
    "required": ["medium"],
    "additionalProperties": False,
}
_STATES = ["waiting", "sent", "delivered", "failed", "unsure", "dropped"]
SCHEMAS: dict[str, Any] = {
    "Channel": {
        "type": "object",
        "properties": {
            "id": NUMBER,
            "name": TEXT,
            "medium": _MEDIUM,
            "texts": {"type": ["array", "null"], "items": NUMBER, "description": "The only texts that it takes; null: any"},
        },
        "required": ["id", "name", "medium", "texts"],
        "additionalProperties": False,
    },
    "Message": {
        "type": "object",
        "properties": {
            "id": NUMBER,
            "medium": _MEDIUM,
            "state": {"type": "string", "enum": _STATES},
            "to": {"type": "string", "description": "As far as this reader may see it; numbers are never whole"},
            "subject": {"type": ["string", "null"], "description": "For who wrote it; null for others, as `body` is"},
            "body": {"type": ["string", "null"]},
            "person": {"type": "object", "properties": {"id": NUMBER, "name": TEXT}, "required": ["id", "name"]},
            "at": {"type": "string", "format": "date-time"},
            "ended_at": MOMENT,
            "why": TEXT,
        },
        "required": ["id", "medium", "state", "to", "subject", "body", "person", "at", "ended_at", "why"],
        "additionalProperties": False,
    },
}
CHANNELS = f"{BASE}/channels"


def channels() -> dict[str, Any]:
    """By which the reader may send."""
    return {"get": operation("channels", _("Channels"), {"200": ok(results("Channel"))})}


def paths(entity: Entity, actor: Actor, slug: str, once: dict[str, Any]) -> dict[str, Any]:
    """What was sent about a record, and for whoever may change records, sending."""
    base, words = f"{BASE}/{entity.slug}/{{id}}/messages", _("Messages sent")
    found: dict[str, Any] = {base: {"parameters": [ID], "get": operation(f"messages_{slug}", words, {"200": ok(results("Message"))})}}
    if actor.may(entity.key, "edit"):
        taken = {"202": {**ok({"$ref": "#/components/schemas/Message"}), "description": "It goes out in a moment"}}
        found[base]["post"] = operation(f"send_{slug}", _("Send a message"), taken, body=SENT, parameters=[once])
        back = operation(f"take_back_{slug}", _("Take back"), {"204": {"description": "OK"}}, writes=True)
        found[f"{base}/{{number}}"] = {"parameters": [ID, {**ID, "name": "number"}], "delete": back}
    return found


__all__ = ["CHANNELS", "SCHEMAS", "SENT", "channels", "paths"]
