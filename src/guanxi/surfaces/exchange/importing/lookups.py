"""Names of other records in a column: asked for once a batch, among what the person may see, created where he wants it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Invalid
from guanxi.kernel.fields.lookup import LookupKind

_PARTS = re.compile(r"[;；、]")


@dataclass(frozen=True)
class Named:
    """A record that was found by its name, one that the import is to make, or one of another row of the file."""

    id: int | None
    name: str
    within: bool = False

    def document(self) -> Any:
        """As the plan keeps it."""
        return self.id if self.id is not None else {"row" if self.within else "new": self.name}


#: What a person may answer for a name that nobody bears: this record, or one to be made.
THIS, NEW = "id:", "new:"


def answered(answer: str) -> Named | None:
    """A stored answer as a name; nothing for one that leaves the field empty."""
    if answer.startswith(THIS):
        return Named(int(answer.removeprefix(THIS)), "")
    return Named(None, answer.removeprefix(NEW)) if answer.startswith(NEW) else None


class Names:
    """Names in one column. `create` plans records for names that nobody bears; `within` are those that the file brings itself."""

    def __init__(self, kind: LookupKind, actor: Actor, *, create: bool, within: Collection[str] = ()) -> None:
        self.kind, self.actor, self.within = kind, actor, within
        self.create = create and actor.may(self.target.key, "create")
        self._found: dict[str, set[int]] = {}

    @property
    def target(self) -> Entity:
        """Whose names they are."""
        return self.kind.target

    @staticmethod
    def split(text: str) -> list[str]:
        """Several names in a cell."""
        return [part.strip() for part in _PARTS.split(text) if part.strip()]

    def prepare(self, cells: Iterable[str]) -> None:
        """Find the names of a batch of cells with one query; forgets the batch before."""
        wanted = {part for cell in cells for part in (cell.strip(), *self.split(cell)) if part}
        self._found = {name: set() for name in wanted}
        if not wanted:
            return
        where = Q(**{f"{self.target.title}__in": wanted})
        columns = ["id", self.target.title]
        if "number" in self.target.fields:
            where |= Q(number__in=wanted)
            columns.append("number")
        for record_id, *names in self.target.rows(self.actor).filter(where).values_list(*columns):
            for name in names:
                if name in self._found:
                    self._found[name].add(record_id)

    def exact(self, name: str) -> bool:
        """Whether one record bears this very name, or a row of the file does: no answer of earlier says it better."""
        return len(self._found.get(name, ())) == 1 or (not self._found.get(name) and name in self.within)

    def find(self, name: str) -> Named:
        """The record of a name. Raises Invalid when there is none, or more than one."""
        ids = self._found.get(name, set())
        if len(ids) == 1:
            return Named(next(iter(ids)), name)
        words = {"value": name, "entity": self.target.label}
        if ids:
            raise Invalid(_("Several records of “%(entity)s” are called “%(value)s”. Give the number of the one you mean.") % words)
        if name in self.within:
            return Named(None, name, within=True)
        if self.create:
            return Named(None, name)
        raise Invalid(_("There is no “%(entity)s” called “%(value)s” that you may see.") % words)
