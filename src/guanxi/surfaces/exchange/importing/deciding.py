"""What is to happen with each row: create, update, skip or error, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from guanxi.kernel import clock, disclosure, own_unique, titles
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Reader
from guanxi.kernel.write import clean
from guanxi.surfaces.exchange.cells import Row
from guanxi.surfaces.exchange.importing.comparing import differences, documents, plain
from guanxi.surfaces.exchange.importing.matching import Asked, Claims, Match, Matcher, digest
from guanxi.surfaces.exchange.importing.parsing import Part
from guanxi.surfaces.exchange.importing.standing_in import StandIns


@dataclass
class Planned:
    """A row on its way to its plan."""

    number: int
    cells: Row
    parts: dict[str, Part]
    blanks: list[str] = field(default_factory=list)
    action: str = ""
    target: int | None = None
    version: int | None = None
    leader: int | None = None
    values: dict[str, Any] = field(default_factory=dict)
    children: list[dict[str, Any]] = field(default_factory=list)
    message: str = ""
    title: str = ""

    def refuse(self, message: str) -> None:
        """The row is an error."""
        self.action, self.message, self.values = "error", message, {}

    def skip(self, message: str) -> None:
        """The record of the row is left as it is."""
        self.action, self.message = "skip", message


def draft(entity: Entity, part: Part, owner: int | None) -> Any:
    """An unsaved record with the row's values, as `write` would begin it."""
    record = entity.blank()
    record.owner_id = owner
    for key, bound in entity.fields.items():
        if key in part.values:
            if not bound.computed or bound.kind.name == "number":
                bound.set(record, plain(part.values[key]))
        elif bound.kind.name == "choice" and (first := bound.kind.dictionary.first()):  # type: ignore[attr-defined]
            bound.set(record, first.id)
    return record


def worded(entity: Entity, errors: Mapping[str, str]) -> str:
    """Refusals of a row as one text; a message that does not name its field is led by it."""
    words = []
    for key, message in errors.items():
        label = str(entity.fields[key].label) if key in entity.fields else ""
        words.append(message if not label or label in message else f"{label}: {message}")
    return " ".join(words)


class Decider:
    """Decides about the record that a row is about; records below it are the business of `below`."""

    def __init__(self, entity: Entity, options: Mapping[str, Any], reader: Reader, claims: Claims, lacking: StandIns) -> None:
        self.entity, self.options, self.reader, self.claims, self.lacking = entity, options, reader, claims, lacking
        self.matcher = Matcher(entity, options.get("match", ()), reader.actor)
        self.may_create = reader.actor.may(entity.key, "create")
        self.owner: int | None = options.get("owner") or reader.actor.id

    def decide(self, rows: Sequence[Planned]) -> None:
        """Settle each row."""
        asked = [Asked(draft(self.entity, row.parts[""], self.owner), set(row.parts[""].values), row.parts[""].id) for row in rows]
        matches = self.matcher.find(asked)
        marks = [self._marks(a, m) for a, m in zip(asked, matches, strict=True)]
        self.claims.prepare(d for some in marks for d in some)
        movable = self._movable(rows, matches)
        created: dict[int, tuple[Planned, Any]] = {}
        for row, a, match, mark in zip(rows, asked, matches, marks, strict=True):
            row.title = str(getattr(match.record or a.draft, self.entity.title) or "")
            if match.record is not None:
                row.target, row.version = match.record.id, match.record.version
            row.leader = None if match.message else self.claims.holder(mark)
            if match.message:
                row.refuse(match.message)
            elif row.leader is not None:
                row.skip(_("The same record as in row %(row)d.") % {"row": row.leader})
            elif match.record is not None:
                self._update(row, match, movable)
            else:
                self._create(row, a)
                if row.action == "create":
                    created[row.number] = (row, a.draft)
            if row.action != "error" and row.leader is None:
                self.claims.take(mark, row.number)
        self._refuse_taken(list(created.values()))
        drafts = [draft for _row, draft in created.values()]
        for place, errors in self.entity.collisions(drafts, self.reader.actor).items():
            list(created.values())[place][0].refuse(worded(self.entity, errors))

    def _marks(self, asked: Asked, match: Match) -> list[int]:
        """By what later rows would recognise this one."""
        if match.record is not None:
            return [digest("", "id", match.record.id)]
        marks = [digest("", rule, value) for rule, value in asked.keys.items() if rule != "id"]
        for unique in self.entity.unique:
            value = clean.unique_key(unique, asked.draft) if unique.field in asked.present else None
            setattr(asked.draft, unique.column, value)
            if value is not None and unique.field not in asked.keys:
                marks.append(digest("", unique.field, value))
        for own in own_unique.fields(self.entity):
            value = own_unique.of_document(own.key, asked.draft.custom) if own.key in asked.present else None
            if value and own.key not in asked.keys:
                marks.append(digest("", own.key, value))
        return marks

    def _movable(self, rows: Sequence[Planned], matches: Sequence[Match]) -> set[int] | None:
        """Records whose owner the actor may change, where the file has a column of owners."""
        if not any("owner" in row.parts[""].values for row in rows):
            return None
        ids = [m.record.id for m in matches if m.record is not None]
        return set(self.entity.rows(self.reader.actor, "transfer").filter(id__in=ids).values_list("id", flat=True))

    def _update(self, row: Planned, match: Match, movable: set[int] | None) -> None:
        policy = self.options.get("policy", "skip")
        if policy == "skip":
            row.skip(_("It exists already."))
            return
        part, record = row.parts[""], match.record
        changes = differences(self.entity, record, part, self.reader, self.options, blanks=row.blanks)
        if part.errors:
            row.refuse(worded(self.entity, part.errors))
        elif not changes:
            row.skip(_("Nothing differs."))
        elif not match.editable:
            row.refuse(_("You may view this record but not change it. Ask its owner."))
        elif "owner" in changes and movable is not None and record.id not in movable:
            row.refuse(_("You may not hand this record to somebody else."))
        else:
            self._checked(row, record, changes)

    def _checked(self, row: Planned, record: Any, changes: dict[str, Any]) -> None:
        row.action, row.values = "update", documents(self.entity, changes)
        for key, value in changes.items():
            self.entity.fields[key].set(record, plain(value))
        errors: dict[str, str] = {}
        clean.check(self.entity, record, set(changes), errors, creating=False, actor=self.reader.actor)
        if errors:
            row.refuse(worded(self.entity, errors))

    def _create(self, row: Planned, asked: Asked) -> None:
        part = row.parts[""]
        errors = dict(part.errors)
        if not self.may_create:
            row.refuse(_("You may not create “%(entity)s”.") % {"entity": self.entity.label})
            return
        self._entitle(row, asked.draft)
        clean.check(self.entity, asked.draft, set(self.entity.fields), errors, creating=True, actor=self.reader.actor)
        if errors:
            self.lacking.supply(asked.draft, part, errors)
        for key, value in part.values.items():
            if key in errors and key not in part.errors and plain(value) is None:
                del errors[key]  # a record that is created together with this one
        if not row.title and titles.source(self.entity) and any(plain(value) is None for value in part.values.values()):
            errors.pop(self.entity.title, None)  # which names such a record
        if errors:
            row.refuse(worded(self.entity, errors))
            return
        row.action, row.values = "create", documents(self.entity, part.values)
        if self.options.get("owner") and "owner" not in row.values and not self.entity.parent:
            row.values["owner"] = self.options["owner"]

    def _entitle(self, row: Planned, draft: Any) -> None:
        """A row without a title is called as the record will be."""
        if not row.title and titles.source(self.entity):
            draft.created_at, draft.created_by_id = clock.now(), self.reader.actor.id
            row.title = titles.propose(self.entity, draft, self.reader)
            setattr(draft, self.entity.title, row.title)

    def _refuse_taken(self, created: Sequence[tuple[Planned, Any]]) -> None:
        taken = clean.rivals(self.entity, [record for _row, record in created])
        if not taken:
            return
        messages = clean.taken_messages(self.entity, taken, self.reader.actor)
        disclosure.log(self.entity.key, set(taken.values()), self.reader.actor, verb="taken")
        for row, record in created:
            for claim in own_unique.claims(self.entity, record):
                if message := messages.get(claim):
                    row.refuse(message)
