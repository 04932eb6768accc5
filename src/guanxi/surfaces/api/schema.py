"""JSON Schema of an entity's records as this reader gets and may send them."""

from __future__ import annotations

from typing import Any

from guanxi.kernel import titles
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Action, Entity
from guanxi.kernel.fields.base import Field
from guanxi.kernel.fields.column import Linked
from guanxi.surfaces.api.values import has_currency

Schema = dict[str, Any]
REFERENCE = {"$ref": "#/components/schemas/Reference"}
VERSION = {"type": "integer", "minimum": 1, "description": "Rises with every write of the record."}


def read_schema(field: Field, actor: Actor, entity: Entity) -> Schema:
    """A value as it is answered."""
    if actor.right(entity.key, field.key) == "masked":
        return described({"type": "string", "description": "masked"}, field)
    if isinstance(field.column, Linked):
        return described({"type": "array", "items": REFERENCE}, field)
    if hasattr(field.kind, "target"):
        return described({"anyOf": [REFERENCE, {"type": "null"}]}, field)
    return described(field.kind.schema(), field)


def write_schema(field: Field) -> Schema:
    """A value as it is best sent; kinds also read what people type."""
    if hasattr(field.kind, "target"):
        one = {"anyOf": [{"type": "integer"}, {"type": "string", "description": "exact name or number"}, REFERENCE]}
        schema: Schema = (
            {"type": "array", "items": one} if isinstance(field.column, Linked) else {"anyOf": [*one["anyOf"], {"type": "null"}]}
        )
        return described(schema, field)
    return described(field.kind.schema(), field)


def described(schema: Schema, field: Field) -> Schema:
    """The schema with the field's label as its title."""
    found = {**schema, "title": str(field.label)}
    if field.help:
        found["description"] = str(field.help)
    if field.computed:
        found["readOnly"] = True
    return found


def record(entity: Entity, actor: Actor) -> Schema:
    """A record in an answer: hidden fields are absent."""
    properties: dict[str, Schema] = {"id": {"type": "integer"}, "version": VERSION}
    for key, field in entity.visible(actor).items():
        properties[key] = read_schema(field, actor, entity)
        if has_currency(field) and actor.right(entity.key, key) != "masked":
            properties[f"{key}_currency"] = currency(field)
    return {"type": "object", "title": str(entity.label), "properties": properties, "required": ["id"], "additionalProperties": False}


def sent(entity: Entity, actor: Actor, *, creating: bool) -> Schema:
    """A body: only what the actor may set."""
    writable = entity.writable(actor)
    properties = {key: write_schema(field) for key, field in writable.items()}
    properties |= {f"{key}_currency": currency(field) for key, field in writable.items() if has_currency(field)}
    schema: Schema = {"type": "object", "additionalProperties": False}
    if creating:
        required = [key for key, field in writable.items() if required_at_first(field)]
        return {**schema, "properties": properties, **({"required": required} if required else {})}
    return {**schema, "properties": {"version": VERSION, **properties}}


def action(entity: Entity, declared: Action) -> Schema:
    """The body of a declared action."""
    properties = {"version": VERSION, **{key: write_schema(field) for key, field in declared.fields(entity).items()}}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def required_at_first(field: Field) -> bool:
    """Required, and not filled by the list's default value or the proposed title when left out."""
    dictionary = getattr(field.kind, "dictionary", None)
    filled = field.first or field.shown_when or titles.fills(field)
    return field.required and not filled and (dictionary is None or dictionary.first() is None)


def currency(field: Field) -> Schema:
    """The code beside an amount."""
    return {"type": "string", "pattern": "^[A-Z]{3}$", "title": f"{field.label} (ISO 4217)"}
