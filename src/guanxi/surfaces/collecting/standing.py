"""Whether a form takes anything now, and by whose rights."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext_lazy

from guanxi.kernel import clock, jobs, pools
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Label
from guanxi.kernel.kept import Kept
from guanxi.kernel.registry import registry
from guanxi.surfaces.collecting.models import CollectForm

OPEN, OFF, NOBODY, BARRED, GONE, NO_POOL, ENDED, FULL = "open", "off", "nobody", "barred", "gone", "no_pool", "ended", "full"
#: In the words of administration, with the tone of a tag.
WORDS: dict[str, tuple[Label, str]] = {
    OPEN: (gettext_lazy("Open to everybody"), "g"),
    OFF: (gettext_lazy("Not open"), ""),
    NOBODY: (gettext_lazy("Closed: who answers for it no longer works here"), "r"),
    BARRED: (gettext_lazy("Closed: who answers for it may not enter such records at once"), "r"),
    GONE: (gettext_lazy("Closed: this kind of record is retired"), "r"),
    NO_POOL: (gettext_lazy("Closed: there is no public pool for what comes in"), "r"),
    ENDED: (gettext_lazy("Closed: its last day is over"), "a"),
    FULL: (gettext_lazy("Closed: it has received as many as it takes"), "a"),
}
#: Of these a stranger who has the link is told; of all others he learns nothing, not even that there is a form.
TOLD = (ENDED, FULL)
_nobodies: Kept[Actor] = Kept(500)


def entity_of(form: CollectForm) -> Entity | None:
    """The kind of record that it makes; None where that is no more."""
    entity = next((each for each in registry if each.key == form.entity), None)
    return entity if entity is not None and entity.active else None


def person_of(form: CollectForm) -> Actor:
    """Who answers for it, with the rights of this moment. What the process knew of an older shape is forgotten with that."""
    return jobs.resolved(form.person_id)


def writer_of(form: CollectForm, entity: Entity) -> Actor:
    """By whom a record is made: the person, or nobody in particular with his rights where it is to lie in the pool from the start."""
    actor = person_of(form)
    return _nobodies.get(actor, "nobody", lambda: replace(actor, id=None)) if form.pooled and entity.pooled else actor


def state(form: CollectForm) -> str:
    """How it stands."""
    if not form.active:
        return OFF
    actor, entity = person_of(form), entity_of(form)
    if not form.person.is_active:
        return NOBODY
    if entity is None:
        return GONE
    if not actor.may(entity.key, "create") or (form.pooled and actor.reviewed.get((entity.key, "create"))):
        return BARRED
    if form.pooled and pools.usual(entity) is None:
        return NO_POOL
    if form.until is not None and clock.today() > form.until:
        return ENDED
    return FULL if form.most is not None and form.received >= form.most else OPEN


__all__ = ["BARRED", "ENDED", "FULL", "GONE", "NOBODY", "NO_POOL", "OFF", "OPEN", "TOLD", "WORDS", "entity_of", "person_of", "state", "writer_of"]
