"""`/api/v1/<slug>/<id>/transfer`: one record to another owner, with the reason."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from guanxi.kernel import write
from guanxi.kernel.actor import Actor
from guanxi.kernel.write.transferring import LONGEST
from guanxi.surfaces.api import body, review
from guanxi.surfaces.api.collection import answer, once
from guanxi.surfaces.api.door import entity_of
from guanxi.surfaces.api.item import after, ran, seen
from guanxi.surfaces.api.problems import Problem, missing

KEYS = ("owner", "reason")


def transfer(request: HttpRequest, actor: Actor, slug: str, record_id: int) -> HttpResponse:
    """Give the record to `owner`, for `reason`; what lies below it follows. 202 where somebody has to agree first."""
    entity = entity_of(actor, slug)
    if actor.pool is not None:
        raise missing()
    seen(entity, actor, record_id)
    given = body.document(request)
    errors = {key: _("“%(name)s” cannot be set.") % {"name": key} for key in given if key not in KEYS}
    owner, reason = body.referred(given.get("owner")), given.get("reason", "")
    if not isinstance(owner, int) or isinstance(owner, bool):
        errors["owner"] = _("Choose a colleague who takes it over.")
    if not isinstance(reason, str) or len(reason) > LONGEST or "\x00" in reason:
        errors["reason"] = _("Give the reason as a text of at most %(most)d letters.") % {"most": LONGEST}
    if errors:
        raise Problem(422, " ".join(errors.values()), errors=errors)
    if not entity.rows(actor, "transfer").filter(id=record_id).exists():
        raise write.Forbidden(_("You may not hand this record to somebody else."))

    def do() -> int:
        return ran(write.transfer(entity, [record_id], owner, actor=actor, door="api", reason=reason), record_id)

    number, again = once(request, actor, do)
    return review.accepted(request, actor, -number, again=again) if number < 0 else answer(after(entity, actor, record_id))


__all__ = ["transfer"]
