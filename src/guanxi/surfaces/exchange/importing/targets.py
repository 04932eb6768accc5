"""What a column of a file may be mapped to: fields of the entity, its id for matching, and fields of records below it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field
from guanxi.kernel.registry import registry
from guanxi.surfaces.exchange import presets
from guanxi.surfaces.exchange.cells import Cell
from guanxi.surfaces.exchange.likeness import likeness
from guanxi.surfaces.exchange.mapping import Guess, bare, guess_mapping
from guanxi.surfaces.exchange.models import ImportMapping

#: The heading under which exports carry the record's id, and the key of the target that reads it.
ID = "id"
#: Kinds that name a record well enough to find it again.
TELLING = ("number", "uscc", "phone", "email", "resident_id")
#: Kinds that a cell cannot carry.
LEFT_OUT = ("attachment", "rollup")


@dataclass(frozen=True)
class Target:
    """A field as the goal of a column. `via` is the lookup of a child entity that points at the imported one."""

    key: str
    entity: Entity
    field: Field | None
    via: str = ""

    @property
    def kind(self) -> str:
        """The kind's name, `id` for the record's id."""
        return self.field.kind.name if self.field else ID

    @property
    def label(self) -> str:
        """What the wizard calls it."""
        if self.field is None:
            return _("Record ID")
        return f"{self.entity.label_plural} · {self.field.label}" if self.via else str(self.field.label)

    @property
    def label_zh(self) -> str:
        return self._label("zh-hans")

    @property
    def label_en(self) -> str:
        return self._label("en")

    def _label(self, language: str) -> str:
        with translation.override(language):
            return str(self.field.label) if self.field else _("Record ID")

    @property
    def aliases(self) -> Sequence[str]:
        return self.field.aliases if self.field else ("记录编号", "Record ID")

    @property
    def writes(self) -> bool:
        """Whether the column is written; numbers and ids only find records."""
        return self.field is not None and not self.field.computed

    def looks_like(self, samples: Sequence[Cell]) -> float:
        """Judged by the kind."""
        return likeness(self.kind, samples)


def children(entity: Entity, actor: Actor) -> list[tuple[str, Entity, str]]:
    """(name of the related tab, child entity, its lookup) of children that the actor may bring along."""
    found = []
    for child, via in registry.children(entity):
        bound = child.fields[via]
        if child is not entity and child.parent == via and bound.kind.name == "lookup" and actor.may(child.key, "import"):
            found.append((str(bound.extra["back"]), child, via))
    return found


def targets(entity: Entity, actor: Actor) -> dict[str, Target]:
    """All targets by key: own fields, the id, then `contacts.name` and the like."""
    found = {ID: Target(ID, entity, None)}
    writable, visible = entity.writable(actor), entity.visible(actor)
    for key, bound in visible.items():
        finds = bound.kind.name == "number" and actor.right(entity.key, key) != "masked"
        if (key in writable or finds) and bound.kind.name not in LEFT_OUT:
            found[key] = Target(key, entity, bound)
    for back, child, via in children(entity, actor):
        for key, bound in child.writable(actor).items():
            if key not in (via, "owner") and bound.kind.name not in (*LEFT_OUT, "links"):
                found[f"{back}.{key}"] = Target(f"{back}.{key}", child, bound, via)
    return found


def match_keys(entity: Entity, found: dict[str, Target], mapped: set[str]) -> list[str]:
    """Mapped targets by which a record can be found, the surest first."""
    unique = [u.field for u in entity.unique]
    kinds = [k for k, t in found.items() if not t.via and t.kind in TELLING and k not in unique]
    numbers = [k for k in kinds if found[k].kind == "number"]
    order = [ID, *numbers, *unique, *(k for k in kinds if k not in numbers), entity.title]
    return [k for k in dict.fromkeys(order) if k in mapped and k in found]


def usual_match(entity: Entity, keys: Sequence[str], found: dict[str, Target]) -> list[str]:
    """The rules that are ticked at first: ids, numbers and unique fields; the title where nothing else tells records apart."""
    sure = [k for k in keys if k == ID or found[k].kind == "number" or k in {u.field for u in entity.unique}]
    return sure if sure and (len(sure) > 1 or sure != [ID] or not entity.unique) else [*sure, *(k for k in keys if k == entity.title)]


def guess(entity: Entity, headers: Sequence[str], samples: dict[int, list[Cell]], found: dict[str, Target]) -> dict[int, Guess]:
    """The mapping to begin with: of a program that is recognised as it calls things, of the rest as they look."""
    preset = presets.recognised(entity.slug, headers, bare)
    if preset is None:
        return _guessed(headers, samples, found)
    said = {c: key for c, key in presets.pairs(preset, headers, bare).items() if key in found}
    rest = _guessed(headers, samples, {key: t for key, t in found.items() if key not in said.values()})
    return dict(sorted({**{c: g for c, g in rest.items() if c not in said}, **{c: Guess(key, 1.0) for c, key in said.items()}}.items()))


def _guessed(headers: Sequence[str], samples: dict[int, list[Cell]], found: dict[str, Target]) -> dict[int, Guess]:
    """By name and values. Where a person stands in the sheet, phone and e-mail are his before the company's."""
    first = guess_mapping(headers, samples, list(found.values()))
    named = {g.field.split(".")[0] for g in first.values() if "." in g.field and g.field.endswith(f".{found[g.field].entity.title}")}
    if not named:
        return {c: g for c, g in first.items() if "." not in g.field}
    own = [t for t in found.values() if not t.via and t.kind not in ("phone", "email")]
    reach = [t for t in found.values() if not t.via and t.kind in ("phone", "email")]
    below = [t for t in found.values() if t.via and t.key.split(".")[0] in named]
    second = guess_mapping(headers, samples, [*own, *(t for t in below if t.kind in ("phone", "email")), *reach, *below])
    return _beside(second, found)


def _beside(guessed: dict[int, Guess], found: dict[str, Target]) -> dict[int, Guess]:
    """What stands left of a person's name is the company's: its phone gives way to a free field of the same kind."""
    names = [c for c, g in guessed.items() if found[g.field].via and g.field.endswith(f".{found[g.field].entity.title}")]
    taken = {g.field for g in guessed.values()}
    for column, guess in sorted(guessed.items()):
        target = found[guess.field]
        if not target.via or target.kind not in ("phone", "email") or not names or column > min(names):
            continue
        free = next((k for k, t in found.items() if not t.via and t.kind == target.kind and k not in taken), None)
        if free:
            guessed[column] = Guess(free, guess.confidence)
            taken.add(free)
    return guessed


def signature(headers: Sequence[str]) -> str:
    """A digest of the headings as people read them."""
    return hashlib.sha256("\n".join(bare(h) for h in headers).encode()).hexdigest()


def remembered(entity: Entity, actor: Actor, headers: Sequence[str]) -> ImportMapping | None:
    """How this person mapped such a table last time."""
    return ImportMapping.objects.filter(entity=entity.key, actor_id=actor.id, signature=signature(headers)).first()


def remember(entity: Entity, actor: Actor, headers: Sequence[str], mapping: dict[str, str], options: Mapping[str, Any]) -> None:
    """Keep a mapping that was confirmed."""
    ImportMapping.objects.update_or_create(
        entity=entity.key, actor_id=actor.id, signature=signature(headers), defaults={"mapping": mapping, "options": lasting(options)}
    )


def lasting(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options that hold for the next file too. What stands in where nothing stands was said of the rows of one file alone."""
    words = {key: {word: said for word, said in answers.items() if word} for key, answers in options.get("words", {}).items()}
    kept = {key: answers for key, answers in words.items() if answers}
    return {**{key: value for key, value in options.items() if key != "undone"}, "words": kept}
