"""What a collection form may ask of strangers: fields that they can fill in without seeing anything of the company."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import get_language

from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field, Reader
from guanxi.kernel.fields.column import Keyed
from guanxi.kernel.fields.text import TextKind
from guanxi.kernel.registry import registry
from guanxi.surfaces.collecting.models import CollectForm

#: Kinds of field that may be asked. Not among them: other records, people and departments, which would show who and what there is;
#: what is sealed; files.
KINDS = frozenset(
    {
        "text", "integer", "decimal", "money", "percent", "rating", "duration", "boolean", "date", "datetime", "choice", "tags", "phone",
        "email", "url", "region", "uscc", "resident_id", "geo",
    }
)  # fmt: skip
#: Letters of a text that a stranger may write, however long the field is.
LONGEST_TEXT = 2_000


@dataclass(frozen=True)
class Line:
    """A field as a form asks for it: with the words, the length and the duty of the form."""

    field: Field
    must: bool

    @property
    def key(self) -> str:
        """The key of the field."""
        return self.field.key


def said(words: Any, name: str) -> str:
    """A text of a form in the present language; in the other one where there is none."""
    both = words.get(name) or {}
    mine, other = ("en", "zh") if (get_language() or "zh").startswith("en") else ("zh", "en")
    return str(both.get(mine) or both.get(other) or "")


def may_ask(entity: Entity, *actors: Actor) -> dict[str, Field]:
    """The fields that a form may ask or fill, in the order of the entity's own form: those that all of these people may set."""
    order = [key for keys in entity.layout.values() for key in keys]
    fields = [*(k for k in order if k in entity.fields), *(k for k in entity.fields if k not in order)]
    open_ = [set(entity.writable(actor)) for actor in actors]
    hidden = set(entity.hidden_in_form)
    return {
        key: entity.fields[key]
        for key in dict.fromkeys(fields)
        if entity.fields[key].kind.name in KINDS and not entity.fields[key].computed and key not in hidden and all(key in o for o in open_)
    }


def lacking(entity: Entity, given: Collection[str], actor: Actor) -> list[Field]:
    """Fields without which no record is made and that nothing gives a value: neither what is `given` nor what records begin with."""
    begun = {key for key, _field, _first in Reader(actor).sheet(entity).firsts}
    return [
        field
        for key, field in entity.fields.items()
        if field.required
        and not field.computed
        and key not in given
        and key not in begun
        and key != "owner"
        and field.kind.is_blank(field.default)
    ]


def collectable() -> list[Entity]:
    """Kinds of record that a form can make: whatever they need can be asked."""
    return [each for each in registry.in_menu() if each.slug and each.layout and _whole(each)]


def _whole(entity: Entity) -> bool:
    needed = [f for f in entity.fields.values() if f.required and not f.computed and f.key != "owner"]
    fine = lambda f: f.kind.name in KINDS or not f.kind.is_blank(f.default)
    return not entity.fields[entity.title].computed and all(map(fine, needed))


def lines(form: CollectForm, entity: Entity, actor: Actor) -> list[Line]:
    """The fields that a form asks now, in order; what is retired or no longer the person's to set is left out."""
    open_ = may_ask(entity, actor)
    return [_line(open_[each["key"]], each) for each in form.asked if each["key"] in open_]


def _line(field: Field, each: dict[str, Any]) -> Line:
    words = {
        "label": {"zh": each.get("zh", ""), "en": each.get("en", "")},
        "help": {"zh": each.get("help", ""), "en": each.get("help_en", "")},
    }
    must = bool(each.get("must")) or field.required
    kind = field.kind
    if type(kind) is TextKind and kind.max_length > LONGEST_TEXT:
        kind = TextKind(LONGEST_TEXT, kind.lines)
    # What the product says below its own fields is said to colleagues; what administrators say below theirs may be read by all.
    usual = field.help if isinstance(field.column, Keyed) else ""
    label, help_ = said(words, "label") or field.label, said(words, "help") or usual
    return Line(replace(field, kind=kind, label=label, help=help_, required=must), must)


__all__ = ["KINDS", "LONGEST_TEXT", "Line", "collectable", "lacking", "lines", "may_ask", "said"]
