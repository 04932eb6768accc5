"""Which record a row means: found by the chosen fields among those that exist, and among earlier rows of the file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.write import clean
from guanxi.surfaces.exchange.importing.targets import ID
from guanxi.surfaces.exchange.models import ImportClaim


@dataclass
class Match:
    """What was found for a row: a record that may be changed, one that may only be seen, or a reason why not."""

    record: Any = None
    editable: bool = False
    message: str = ""


@dataclass
class Asked:
    """A row that looks for its record: its values on an unsaved record, and the id if the file gave one."""

    draft: Any
    present: set[str]
    id: int | None = None
    keys: dict[str, Any] = field(default_factory=dict)


class Matcher:
    """Finds records of one entity by rules, in order."""

    def __init__(self, entity: Entity, rules: Sequence[str], actor: Actor) -> None:
        self.entity, self.rules, self.actor = entity, list(rules), actor
        self.unique = {u.field: u for u in entity.unique}

    def keys(self, asked: Asked) -> dict[str, Any]:
        """The value by which each rule would find the row's record."""
        found: dict[str, Any] = {}
        for rule in self.rules:
            if rule == ID:
                value: Any = asked.id
            elif rule in self.unique:
                value = clean.unique_key(self.unique[rule], asked.draft) if rule in asked.present else None
            else:
                value = self.entity.fields[rule].value(asked.draft) if rule in asked.present else None
                if value and rule == self.entity.title and self.entity.parent:
                    value = (value, self.entity.fields[self.entity.parent].value(asked.draft))
            if value not in (None, "", []):
                found[rule] = value
        return found

    def find(self, rows: Sequence[Asked]) -> list[Match]:
        """A match for each row; a few queries a rule, however many rows."""
        for row in rows:
            row.keys = self.keys(row)
        hits = {rule: self._hits(rule, [r.keys[rule] for r in rows if rule in r.keys]) for rule in self.rules}
        wanted = {i for found in hits.values() for ids in found.values() for i in ids}
        editable = {r.id: r for r in self.entity.rows(self.actor, "edit").filter(id__in=wanted)} if wanted else {}
        rest = wanted - set(editable)
        visible = {r.id: r for r in self.entity.rows(self.actor).filter(id__in=rest)} if rest else {}
        return [self._match(row, hits, editable, visible) for row in rows]

    def _hits(self, rule: str, values: list[Any]) -> dict[Any, set[int]]:
        if not values:
            return {}
        parent = ""
        if rule == ID:
            column = "id"
        elif rule in self.unique:
            column = self.unique[rule].column
        else:
            column = self.entity.fields[rule].column.path or f"custom__{rule}"
            if rule == self.entity.title and self.entity.parent:
                parent = str(self.entity.fields[self.entity.parent].column.path)
        asked = {v[0] for v in values} if parent else set(values)
        rows = self.entity.objects.filter(deleted_at=None, **{f"{column}__in": asked})
        found: dict[Any, set[int]] = {}
        for record_id, value, *above in rows.values_list("id", column, *([parent] if parent else [])):
            found.setdefault((value, above[0]) if parent else value, set()).add(record_id)
        return found

    def _match(self, row: Asked, hits: dict[str, dict[Any, set[int]]], editable: dict[int, Any], visible: dict[int, Any]) -> Match:
        for rule, value in row.keys.items():
            ids = hits[rule].get(value, set())
            seen = [i for i in ids if i in editable or i in visible]
            if len(seen) > 1:
                label = _("Record ID") if rule == ID else self.entity.fields[rule].label
                return Match(message=_("Several records have this “%(field)s”. Match by another field.") % {"field": label})
            if seen:
                record = editable.get(seen[0])
                return Match(record or visible[seen[0]], record is not None)
            if rule == ID:
                return Match(message=_("There is no record with this ID that you may see."))
        return Match()


def digest(*parts: Any) -> int:
    """A claim as a signed 64-bit number: two different ones meet once in billions of rows."""
    text = "\0".join(map(str, parts))
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big", signed=True)


class Claims:
    """Who came first in the file. `prepare` fetches what earlier batches know; `save` adds what this one learned."""

    def __init__(self, run: int) -> None:
        self.run = run
        self.known: dict[int, int] = {}
        self.fresh: dict[int, int] = {}

    def prepare(self, digests: Iterable[int]) -> None:
        """Look up the claims of a batch."""
        self.fresh = {}
        rows = ImportClaim.objects.filter(run_id=self.run, digest__in=set(digests))
        self.known = dict(rows.values_list("digest", "number"))

    def holder(self, digests: Iterable[int]) -> int | None:
        """The row that first claimed any of these."""
        return next((n for d in digests if (n := self.known.get(d) or self.fresh.get(d)) is not None), None)

    def take(self, digests: Iterable[int], number: int) -> None:
        """Claim for a row what nobody has claimed."""
        for one in digests:
            if one not in self.known:
                self.fresh.setdefault(one, number)

    def save(self) -> None:
        """Store the new claims."""
        rows = [ImportClaim(run_id=self.run, digest=d, number=n) for d, n in self.fresh.items()]
        ImportClaim.objects.bulk_create(rows, ignore_conflicts=True, batch_size=2_000)
