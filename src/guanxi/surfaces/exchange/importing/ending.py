"""When the job of a run fails, the run must not seem to be at work for ever."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.translation import gettext as _

from guanxi.kernel import jobs
from guanxi.kernel.actor import Actor
from guanxi.surfaces.exchange.models import ImportRun
from guanxi.surfaces.exchange.refusal import Refused


@contextmanager
def ending_as(run: ImportRun, state: str) -> Iterator[None]:
    """Put the run into `state` when the work inside fails, so that people can go on from there."""
    try:
        yield
    except jobs.Lost:
        raise
    except Exception:
        ImportRun.objects.filter(pk=run.pk).update(state=state)
        raise


def require(run: ImportRun, actor: Actor) -> None:
    """The right to import, asked again by whoever does the work. Raises Refused."""
    if not actor.may(run.entity, "import"):
        raise Refused(_("You may not import these records any more."))
