"""A merge of records on which very much hangs is a job: nobody waits before a page for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from guanxi.kernel import jobs, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.models import Job
from guanxi.kernel.registry import registry

KIND, DOOR = "merge", "merge"
#: What so much hangs on is merged while the page waits.
AT_ONCE = 2_000


def later(
    entity: Entity, keep: int, others: Sequence[int], choices: Mapping[str, int | str], versions: Mapping[int, int], *, actor: Actor
) -> Job:
    """Have a job merge, with the rights that this person has then."""
    spec = {
        "entity": entity.key,
        "keep": keep,
        "others": list(others),
        "choices": dict(choices),
        "versions": {str(record): version for record, version in versions.items()},
        "url": f"/{entity.slug}/{keep}/",
    }
    return jobs.start(KIND, _("Merging: %(entity)s") % {"entity": entity.label_plural}, actor, spec, total=1 + len(others))


@jobs.runner(KIND)
def run(progress: jobs.Progress) -> None:
    """All of it or nothing; started again after it was done, there is nothing to merge any more."""
    spec = progress.spec
    versions = {int(record): version for record, version in spec["versions"].items()}
    try:
        with progress.slice():
            entity = registry.get(spec["entity"])
            write.merge(entity, spec["keep"], spec["others"], spec["choices"], actor=progress.actor, door=DOOR, versions=versions)
            progress.advance(progress.total, written=progress.total)
            progress.message = _("Can be taken back by restoring the other record from the recycle bin.")
    except write.Refused as refusal:
        progress.error(0, str(refusal))
        progress.message = str(refusal)


__all__ = ["AT_ONCE", "DOOR", "KIND", "later", "run"]
