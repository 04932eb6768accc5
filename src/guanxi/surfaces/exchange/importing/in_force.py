"""The answers that hold for a file, those of earlier files among them: shown, so that a wrong one is seen and asked again."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from guanxi.kernel.actor import Actor
from guanxi.kernel.fields.base import Field, Invalid, Reader
from guanxi.kernel.registry import registry
from guanxi.surfaces.exchange.importing.lookups import NEW, THIS
from guanxi.surfaces.exchange.importing.targets import Target, targets
from guanxi.surfaces.exchange.models import ImportRun

#: Answers of one field that are shown; the rest is counted.
SHOWN = 12


@dataclass(frozen=True)
class Answered:
    """One field with what its words mean: (word, meaning), and how many more there are."""

    target: Target
    words: list[tuple[str, str]]
    more: int


def answers(run: ImportRun, actor: Actor) -> list[Answered]:
    """By field; one that the actor may no longer set has none."""
    goals, reader = targets(registry.get(run.entity), actor), Reader(actor)
    found = []
    for key, said in run.options.get("words", {}).items():
        target = goals.get(key)
        if target is not None and target.field is not None and said:
            bound = target.field
            shown = [(word or _("(nothing)"), _meaning(bound, answer, reader)) for word, answer in sorted(said.items())[:SHOWN]]
            found.append(Answered(target, shown, len(said) - len(shown)))
    return found


def _meaning(bound: Field, answer: str, reader: Reader) -> str:
    """An answer in words; a record or value that is gone, or closed to the reader, is not named."""
    if not answer:
        return _("leave the field empty")
    if answer.startswith(NEW) and bound.kind.name in ("lookup", "links"):
        return _("create “%(word)s”") % {"word": answer.removeprefix(NEW)}
    try:
        value = bound.kind.parse(answer.removeprefix(THIS), reader)
    except Invalid:
        return _("what is no longer there")
    return str(bound.kind.text(value, reader)) or _("what is no longer there")
