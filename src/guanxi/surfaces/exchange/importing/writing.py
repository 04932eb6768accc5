"""One slice of a plan through the set-based verbs of `write`: records first, then the records below them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from guanxi.kernel import write
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.lookup import LookupKind
from guanxi.kernel.history import keys_since
from guanxi.kernel.registry import registry
from guanxi.surfaces.exchange.importing.deciding import worded
from guanxi.surfaces.exchange.models import ImportRow, ImportRun

DOOR = "import"


class Slice:
    """Rows of a plan being written; results are left on the rows, which the caller saves in the same transaction."""

    def __init__(self, run: ImportRun, actor: Actor, rows: Sequence[ImportRow]) -> None:
        self.run, self.actor, self.rows = run, actor, rows
        self.entity = registry.get(run.entity)

    def write(self) -> None:
        """Create, update, then children."""
        self._make_named()
        self._create([r for r in self.rows if r.action == "create"])
        self._update([r for r in self.rows if r.action == "update"])
        for row in self.rows:
            if row.action == "child":
                row.record = row.target
        self._below()
        for row in self.rows:
            if not row.result:
                row.result = "updated" if any(c.get("result") for c in row.children) else "skipped"

    def _create(self, rows: Sequence[ImportRow]) -> None:
        if not rows:
            return
        outcome = write.create_many(self.entity, [r.values for r in rows], actor=self.actor, door=DOOR)
        for place, row in enumerate(rows):
            record = outcome.written.get(place)
            if record is not None:
                row.result, row.record = "created", record.id
            elif place in outcome.sent:
                row.result = "sent"
            else:
                row.result, row.message = "error", worded(self.entity, outcome.refused[place])

    def _update(self, rows: Sequence[ImportRow]) -> None:
        if not rows:
            return
        moved = moved_since(self.entity, {r.target: (r.version or 0, r.values) for r in rows if r.target}, self.actor)
        for row in rows:
            if row.target in moved:
                row.result, row.message = "changed", moved[row.target]
        rest = {r.target: r for r in rows if not r.result and r.target}
        outcome = write.update_many(self.entity, {i: r.values for i, r in rest.items()}, actor=self.actor, door=DOOR)
        for record_id, row in rest.items():
            row.record = record_id
            if record_id in outcome.refused:
                row.result, row.message = "error", worded(self.entity, outcome.refused[record_id])
            elif record_id in outcome.sent:
                row.result = "sent"
            else:
                row.result = "skipped" if record_id in outcome.unchanged else "updated"

    def _below(self) -> None:
        """Children by entity; each knows its parent through its own row or the row that made the parent."""
        parents = self._parents()
        kinds: dict[str, list[tuple[ImportRow, dict[str, Any]]]] = {}
        for row in self.rows:
            if row.result in ("error", "changed"):
                continue
            for child in row.children:
                kinds.setdefault(child["entity"], []).append((row, child))
        for key, found in kinds.items():
            self._children(registry.get(key), found, parents)

    def _parents(self) -> dict[int, int]:
        """Row number → record, for this slice and for the leaders of its rows in earlier ones."""
        known = {r.number: r.record or r.target for r in self.rows if r.record or r.target}
        leaders = {r.leader for r in self.rows if r.leader} - set(known)
        rows = ImportRow.objects.filter(run=self.run, number__in=leaders).values_list("number", "record", "target")
        known.update({number: record or target for number, record, target in rows if record or target})
        return {number: record for number, record in known.items() if record}

    def _children(self, entity: Entity, found: list[tuple[ImportRow, dict[str, Any]]], parents: Mapping[int, int]) -> None:
        fresh: list[tuple[ImportRow, dict[str, Any]]] = []
        for row, child in found:
            parent = parents.get(row.number) or parents.get(row.leader or 0)
            if child["action"] == "update":
                self._update_child(entity, row, child)
            elif parent is None and self._waits(row):
                self._refuse(row, _("%(entity)s: what it belongs to waits for review. Import it again then.") % {"entity": entity.label})
            elif parent is None:
                self._refuse(row, _("Row %(row)d, to which this one belongs, was not imported.") % {"row": row.leader or row.number})
            else:
                child["values"][child["via"]] = parent
                fresh.append((row, child))
        if not fresh:
            return
        outcome = write.create_many(entity, [child["values"] for _row, child in fresh], actor=self.actor, door=DOOR)
        for place, (row, child) in enumerate(fresh):
            record = outcome.written.get(place)
            if record is not None:
                child["result"], child["record"] = "created", record.id
            elif place in outcome.sent:
                self._sent(row, child)
            else:
                self._refuse(row, f"{entity.label}: {worded(entity, outcome.refused[place])}")

    def _update_child(self, entity: Entity, row: ImportRow, child: dict[str, Any]) -> None:
        target = child["target"]
        moved = moved_since(entity, {target: (child["version"], child["values"])}, self.actor)
        if moved:
            row.message = moved[target]
            row.result = row.result or "changed"
            return
        outcome = write.update_many(entity, {target: child["values"]}, actor=self.actor, door=DOOR)
        if outcome.refused:
            self._refuse(row, f"{entity.label}: {worded(entity, outcome.refused[target])}")
        elif outcome.sent:
            self._sent(row, child)
        else:
            child["result"], child["record"] = "updated", target

    def _waits(self, row: ImportRow) -> bool:
        """Whether the record that this row's children belong to was sent for review."""
        known = {r.number: r.result for r in self.rows}
        leader = row.leader or row.number
        result = known.get(leader) or ImportRow.objects.filter(run=self.run, number=leader).values_list("result", flat=True).first()
        return result == "sent"

    def _sent(self, row: ImportRow, child: dict[str, Any]) -> None:
        """The child waits for review."""
        child["result"] = "sent"
        row.result = "sent" if row.result in ("", "skipped") else row.result

    def _refuse(self, row: ImportRow, message: str) -> None:
        """The child is refused; what its row wrote before stays and is said."""
        row.message = f"{row.message} {message}".strip()
        if row.result in ("", "skipped"):
            row.result = "error"

    def _make_named(self) -> None:
        """Create the records that columns of names ask for, once each, or find those that have come meanwhile."""
        asked = [(self.entity, row.values) for row in self.rows]
        asked += [(registry.get(child["entity"]), child["values"]) for row in self.rows for child in row.children]
        wanted: dict[str, dict[str, list[tuple[dict[str, Any], str]]]] = {}
        for entity, values in asked:
            for key, value in values.items():
                for name in _new_names(value):
                    kind = entity.fields[key].kind
                    assert isinstance(kind, LookupKind)
                    wanted.setdefault(kind.target.key, {}).setdefault(name, []).append((values, key))
        for target, names in wanted.items():
            self._name(registry.get(target), names)

    def _name(self, target: Entity, names: Mapping[str, list[tuple[dict[str, Any], str]]]) -> None:
        rows = target.rows(self.actor).filter(**{f"{target.title}__in": list(names)})
        known: dict[str, int] = {}
        for record_id, title in rows.values_list("id", target.title):
            known.setdefault(title, record_id)
        missing = [name for name in names if name not in known]
        if missing:
            outcome = write.create_many(target, [{target.title: n} for n in missing], actor=self.actor, door=DOOR)
            known.update({missing[place]: record.id for place, record in outcome.written.items()})
        for name, places in names.items():
            for values, key in places:
                values[key] = _with_id(values[key], name, known.get(name))


def _new_names(value: Any) -> Iterable[str]:
    items = value if isinstance(value, list) else [value]
    return [item["new"] for item in items if isinstance(item, dict) and "new" in item]


def _with_id(value: Any, name: str, record: int | None) -> Any:
    """The value with the id in place of the name; a name that could not be made stays, and is refused by the field."""
    replacement: Any = name if record is None else record
    if isinstance(value, list):
        return [replacement if isinstance(v, dict) and v.get("new") == name else v for v in value]
    return replacement


def moved_since(entity: Entity, planned: Mapping[int, tuple[int, Mapping[str, Any]]], actor: Actor) -> dict[int, str]:
    """Targets that somebody changed since the preview in a key that the row would write, or that are gone; locks all of them."""
    rows = entity.rows(actor).select_for_update(of=("self",)).filter(id__in=list(planned)).order_by("id")
    versions = {row.id: row.version for row in rows}
    found: dict[int, str] = {}
    for record_id, (version, values) in planned.items():
        if record_id not in versions:
            found[record_id] = _("The record is gone since the preview.")
        elif versions[record_id] != version:
            columns = {entity.fields[k].column.path or k: k for k in values}
            keys = [columns[c] for c in keys_since(record_id, version) if c in columns]
            if keys:
                labels = "、".join(str(entity.fields[k].label) for k in keys)
                found[record_id] = _("Somebody changed %(fields)s since the preview; the row was left out.") % {"fields": labels}
    return found
