"""Whether a form takes anything now, and by whose rights."""

from __future__ import annotations

from dataclasses import dataclass, replace

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


@dataclass(frozen=True)
class Standing:
    """A form at this moment: how it stands, who answers for it, and the kind of record; None where that is no more."""

    state: str
    person: Actor
    entity: Entity | None

    @property
    def told(self) -> bool:
        """Whether a stranger is told that there is such a form."""
        return self.state == OPEN or self.state in TOLD

    def writer(self, form: CollectForm) -> Actor:
        """By whom a record is made: the person, or nobody in particular with his rights where it is to lie in the pool from the start."""
        if not form.pooled or self.entity is None or not self.entity.pooled:
            return self.person
        return _nobodies.get(self.person, "nobody", lambda: replace(self.person, id=None))


def of(form: CollectForm) -> Standing:
    """How a form stands. What the process knew of an older shape, or of older rights, is forgotten with that."""
    person = jobs.resolved(form.person_id)
    entity = entity_of(form)
    return Standing(_state(form, person, entity), person, entity)


def entity_of(form: CollectForm) -> Entity | None:
    """The kind of record that it makes; None where that is no more."""
    entity = next((each for each in registry if each.key == form.entity), None)
    return entity if entity is not None and entity.active else None


def barred(form: CollectForm, person: Actor, entity: Entity) -> bool:
    """Whether who answers for a form may not enter such records, or not at once what is to lie in the pool: nobody would get its draft."""
    return not person.may(entity.key, "create") or bool(form.pooled and person.reviewed.get((entity.key, "create")))


def _state(form: CollectForm, person: Actor, entity: Entity | None) -> str:
    if not form.active:
        return OFF
    if not form.person.is_active:
        return NOBODY
    if entity is None:
        return GONE
    if barred(form, person, entity):
        return BARRED
    if form.pooled and pools.usual(entity) is None:
        return NO_POOL
    if form.until is not None and clock.today() > form.until:
        return ENDED
    return FULL if form.most is not None and form.received >= form.most else OPEN


__all__ = ["BARRED", "ENDED", "FULL", "GONE", "NOBODY", "NO_POOL", "OFF", "OPEN", "TOLD", "WORDS", "Standing", "barred", "entity_of", "of"]
