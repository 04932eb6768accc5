"""Records below the imported one in the same row, such as the contact of a customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Reader
from guanxi.kernel.fold import fold
from guanxi.kernel.write import clean
from guanxi.surfaces.exchange.importing.comparing import differences, documents
from guanxi.surfaces.exchange.importing.deciding import Planned, draft, worded
from guanxi.surfaces.exchange.importing.matching import Claims, digest
from guanxi.surfaces.exchange.importing.parsing import Part


class Below:
    """One child entity of the sheet. Within its parent a child is known by its title."""

    def __init__(self, name: str, entity: Entity, via: str, options: Mapping[str, Any], reader: Reader, claims: Claims) -> None:
        self.name, self.entity, self.via = name, entity, via
        self.options, self.reader, self.claims = options, reader, claims

    def decide(self, rows: Sequence[Planned]) -> None:
        """Add the plan of the child to each row that has one; a refused child refuses its row."""
        wanted = [(row, row.parts[self.name]) for row in rows if row.action != "error" and row.parts.get(self.name)]
        if not wanted:
            return
        present = self._present(wanted)
        before = self.claims.fresh
        self.claims.prepare(self._mark(row, part) for row, part in wanted)
        for row, part in wanted:
            self._decide(row, part, present)
        self.claims.fresh = {**before, **self.claims.fresh}

    def _title(self, part: Part) -> str:
        return str(part.values.get(self.entity.title, ""))

    def _mark(self, row: Planned, part: Part) -> int:
        parent = f"id{row.target}" if row.target else f"row{row.leader or row.number}"
        return digest(self.name, parent, fold(self._title(part)))

    def _present(self, wanted: Sequence[tuple[Planned, Part]]) -> dict[tuple[int, str], Any]:
        """Children that the parents have already, by parent and title."""
        parents = {row.target for row, _part in wanted if row.target}
        if not parents:
            return {}
        column = str(self.entity.fields[self.via].column.path)
        rows = self.entity.rows(self.reader.actor).filter(
            **{f"{column}__in": parents, f"{self.entity.title}__in": {self._title(p) for _row, p in wanted}}
        )
        return {(getattr(r, column), fold(str(getattr(r, self.entity.title)))): r for r in rows}

    def _decide(self, row: Planned, part: Part, present: Mapping[tuple[int, str], Any]) -> None:
        mark = self._mark(row, part)
        if self.claims.holder([mark]) is not None:
            return
        record = present.get((row.target or 0, fold(self._title(part))))
        if record is not None and self.options.get("policy", "skip") == "skip":
            return
        plan = self._update(part, record) if record is not None else self._create(row, part)
        if part.errors:
            row.refuse(f"{self.entity.label}: {worded(self.entity, part.errors)}")
            row.children = []
        elif plan:
            row.children.append({"back": self.name, "entity": self.entity.key, "via": self.via, "title": self._title(part), **plan})
        if not part.errors:
            self.claims.take([mark], row.number)

    def _create(self, row: Planned, part: Part) -> dict[str, Any]:
        record = draft(self.entity, part, self.reader.actor.id)
        self.entity.fields[self.via].set(record, row.target)
        errors = dict(part.errors)
        clean.check(self.entity, record, set(self.entity.fields), errors, creating=True, actor=self.reader.actor)
        errors.pop(self.via, None)
        part.errors.update(errors)
        return {"action": "create", "values": documents(self.entity, part.values)}

    def _update(self, part: Part, record: Any) -> dict[str, Any]:
        changes = differences(self.entity, record, part, self.reader, self.options)
        if not changes:
            return {}
        return {"action": "update", "target": record.id, "version": record.version, "values": documents(self.entity, changes)}
