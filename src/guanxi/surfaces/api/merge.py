"""`POST /api/v1/<slug>/<id>/merge`: other records become part of this one, by the rules of every other door."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from guanxi.kernel import write
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.write.choosing import ALL, is_list, open_fields
from guanxi.kernel.write.uniting import MOST
from guanxi.surfaces.api import body
from guanxi.surfaces.api.collection import answer, once
from guanxi.surfaces.api.door import entity_of
from guanxi.surfaces.api.item import after
from guanxi.surfaces.api.problems import Problem


def merge(request: HttpRequest, actor: Actor, slug: str, record_id: int) -> HttpResponse:
    """Merge; the survivor as it is then. `versions` refuses what somebody has changed since it was read."""
    entity = entity_of(actor, slug)
    given = body.document(request)
    if strange := sorted(set(given) - {"with", "choices", "versions"}):
        raise Problem(422, _("“%(name)s” cannot be set.") % {"name": strange[0]}, errors={strange[0]: ""})
    others = _others(given.get("with"))
    choices, versions = _choices(given.get("choices")), _versions(given.get("versions"))
    try:
        number, _again = once(
            request,
            actor,
            lambda: write.merge(entity, record_id, others, choices, actor=actor, door="api", versions=versions).id,
        )
    except write.Outdated as refusal:
        raise Problem(409, str(refusal)) from None
    return answer(after(entity, actor, number))


def _others(given: Any) -> list[int]:
    found = [body.referred(each) for each in given] if isinstance(given, list) else []
    if not found or not all(_is_id(each) for each in found):
        raise _wrong("with", _("Give the ids of the records that become part of this one."))
    return found


def _choices(given: Any) -> dict[str, int | str]:
    found = {} if given is None else given
    if not isinstance(found, dict) or not all(value == ALL or _is_id(value) for value in found.values()):
        raise _wrong("choices", _("Give for each field the id of the record whose value stands, or “%(all)s”.") % {"all": ALL})
    return found


def _versions(given: Any) -> dict[int, int]:
    found = {} if given is None else given
    if not isinstance(found, dict) or not all(k.isdecimal() and len(k) < 19 and _is_id(v) for k, v in found.items()):
        raise _wrong("versions", _("Give the version as the number that was read."))
    return {int(record): version for record, version in found.items()}


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63


def _wrong(key: str, words: str) -> Problem:
    return Problem(422, words, errors={key: words})


def schema(entity: Entity, actor: Actor) -> dict[str, Any]:
    """The body, for the document of the API."""
    one = {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}
    either = {"anyOf": [one, {"const": ALL}]}
    fields = {key: either if is_list(field) else one for key, field in open_fields(entity, actor).items()}
    return {
        "type": "object",
        "properties": {
            "with": {"type": "array", "items": one, "minItems": 1, "maxItems": MOST - 1, "uniqueItems": True},
            "choices": {"type": "object", "properties": fields, "additionalProperties": False},
            "versions": {"type": "object", "propertyNames": {"pattern": "^[1-9][0-9]{0,17}$"}, "additionalProperties": one},
        },
        "required": ["with"],
        "additionalProperties": False,
    }


__all__ = ["merge", "schema"]
