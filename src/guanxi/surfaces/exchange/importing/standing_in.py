"""What stands in for a value that rows lack: a person says it once for all of them, such as why old deals were lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field, Invalid, Reader
from guanxi.kernel.write import clean
from guanxi.surfaces.exchange.importing.comparing import plain
from guanxi.surfaces.exchange.importing.lookups import answered
from guanxi.surfaces.exchange.importing.parsing import Part
from guanxi.surfaces.exchange.importing.targets import LEFT_OUT

#: Kinds of one value out of many; what is typed freely has no value that is right for all.
ASKED = ("choice", "region", "person", "department", "lookup")
#: The word under which the answer is kept: the cell says nothing.
NOTHING = ""


class StandIns:
    """Counts rows that are refused because a value is missing, and gives those the answer that there is."""

    def __init__(self, entity: Entity, words: Mapping[str, Mapping[str, str]], reader: Reader) -> None:
        self.entity, self.reader = entity, reader
        self.answers = {key: said[NOTHING] for key, said in words.items() if said.get(NOTHING)}
        self.open = {k for k, f in entity.writable(reader.actor).items() if f.kind.name in ASKED and f.kind.name not in LEFT_OUT}
        self.found: dict[str, dict[str, int]] = {}

    def supply(self, record: Any, part: Part, errors: dict[str, str]) -> None:
        """Give the draft what it lacks, and judge it again; `errors` is what is the matter with it then."""
        lacking = [key for key in errors if key in self.open and key not in part.errors and part.values.get(key) is None]
        given = {key: value for key in lacking if (value := self._answer(self.entity.fields[key])) is not None}
        for key in lacking:
            if key not in given:
                words = self.found.setdefault(key, {})
                words[NOTHING] = words.get(NOTHING, 0) + 1
        if not given:
            return
        part.values.update(given)
        for key, value in given.items():
            self.entity.fields[key].set(record, plain(value))
        errors.clear()
        errors.update(part.errors)
        clean.check(self.entity, record, set(self.entity.fields), errors, creating=True, actor=self.reader.actor)

    def _answer(self, bound: Field) -> Any:
        answer = self.answers.get(bound.key)
        if not answer:
            return None
        if bound.kind.name == "lookup":
            return answered(answer)
        try:
            return bound.kind.parse(answer, self.reader)
        except Invalid:
            return None
