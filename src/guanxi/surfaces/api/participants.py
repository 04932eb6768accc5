"""`/api/v1/<slug>/<id>/participants`: to whom a record is opened, opened to more and closed again."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from guanxi.kernel import directory, drafts, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.write import Grantee, Invalidated, sharing
from guanxi.surfaces.api import body, review
from guanxi.surfaces.api.collection import answer, parameters
from guanxi.surfaces.api.door import entity_of
from guanxi.surfaces.api.item import seen
from guanxi.surfaces.api.problems import missing
from guanxi.surfaces.days import last_day

KEYS = ("grantees", "part", "until")
#: Whom `to` may name.
KINDS = ("person", "department", "team", "position", "role")


def read(request: HttpRequest, actor: Actor, slug: str, record_id: int) -> HttpResponse:
    """Who takes part, for whoever sees the record."""
    entity = _entity(actor, slug)
    parameters(request, ())
    seen(entity, actor, record_id)
    return _listed(entity, record_id, actor)


def add(request: HttpRequest, actor: Actor, slug: str, record_id: int) -> HttpResponse:
    """Open the record to `grantees` as `part` until the end of the day `until`; 202 where somebody has to agree first."""
    entity = _entity(actor, slug)
    seen(entity, actor, record_id)
    given = body.document(request)
    strange = {key: _("“%(name)s” cannot be set.") % {"name": key} for key in given if key not in KEYS}
    if strange:
        raise Invalidated(strange)
    part, until = given.get("part", "viewer"), given.get("until") or ""
    grantees = _grantees(given.get("grantees"))
    if not isinstance(part, str) or not isinstance(until, str):
        raise Invalidated({"part": _("Choose what they may do.")})
    if not entity.rows(actor, "transfer").filter(id=record_id).exists():
        raise write.Forbidden(_("Only who may hand this record over may change who takes part."))
    opened = write.share(entity, [record_id], grantees, part, last_day(until), actor=actor, door="api")
    waits = (
        drafts.mine(actor).filter(entity=entity.key, record=record_id, verb=sharing.SHARING, state="waiting").order_by("-number").first()
    )
    return review.accepted(request, actor, waits.number) if opened.sent and waits else _listed(entity, record_id, actor)


def remove(request: HttpRequest, actor: Actor, slug: str, record_id: int, share_id: str) -> HttpResponse:
    """Close it to one of them."""
    entity = _entity(actor, slug)
    write.unshare(entity, record_id, int(share_id), actor=actor, door="api")
    return HttpResponse(status=204)


def _entity(actor: Actor, slug: str) -> Entity:
    """The entity; what lies in a pool is nobody's to open."""
    if actor.pool is not None:
        raise missing()
    return entity_of(actor, slug)


def _listed(entity: Entity, record_id: int, actor: Actor) -> HttpResponse:
    return answer({"results": [_told(row, actor) for row in sharing.participants(entity, record_id)]})


def _told(row: Any, actor: Actor) -> dict[str, Any]:
    """One of them; who belongs to another company than this reader has no number."""
    name = directory.grantee_told(row.to, row.grantee, actor, row.company)
    known = actor.within is None or name == directory.grantee_name(row.to, row.grantee)
    return {
        "id": row.pk,
        "to": row.to,
        "grantee": row.grantee if known else None,
        "name": name,
        "part": row.part,
        "until": row.until.isoformat() if row.until else None,
    }


def _grantees(raw: Any) -> list[Grantee]:
    """`[{"to": "position", "id": 3}]`. Raises Invalidated."""
    found = []
    for one in raw if isinstance(raw, list) else []:
        to, number = (one.get("to"), one.get("id")) if isinstance(one, dict) else (None, None)
        if to not in KINDS or not isinstance(number, int) or isinstance(number, bool):
            raise Invalidated({"grantees": _("Name each of them by its kind and its number.")})
        found.append(Grantee(to, number))
    return found


__all__ = ["KINDS", "add", "read", "remove"]
