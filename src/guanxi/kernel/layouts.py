"""How the page and the form of a record are arranged: as declared, or as administrators have put it for a form, a role or everybody."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.utils import translation
from django.utils.functional import lazy
from django.utils.translation import get_language

from guanxi.kernel.actor import Actor
from guanxi.kernel.fields.base import Label
from guanxi.kernel.fields.column import Keyed, Naming

if TYPE_CHECKING:
    from guanxi.kernel.entity import Entity

#: (form, role), each "" where it is for all.
Place = tuple[str, str]
EVERYWHERE: Place = ("", "")


@dataclass(frozen=True)
class Section:
    """Fields under a heading, which is called so in Chinese and in English."""

    zh: str
    en: str
    keys: tuple[str, ...]

    @property
    def label(self) -> Label:
        """The heading in the reader's language."""
        return _named(self.zh, self.en)


@dataclass(frozen=True)
class Arrangement:
    """Sections in order, what is on neither page nor form, the key figures, and the tabs; what is named nowhere comes last."""

    sections: tuple[Section, ...]
    away: tuple[str, ...] = ()
    tiles: tuple[str, ...] = ()
    related: tuple[str, ...] = ()

    @cached_property
    def placed(self) -> frozenset[str]:
        """The fields that stand under a heading."""
        return frozenset(key for section in self.sections for key in section.keys)

    def document(self) -> dict[str, Any]:
        """As it is kept."""
        sections = [{"zh": s.zh, "en": s.en, "keys": list(s.keys)} for s in self.sections]
        return {"sections": sections, "away": list(self.away), "tiles": list(self.tiles), "related": list(self.related)}


def of(entity: Entity, actor: Actor, form: str = "") -> Arrangement:
    """What this reader gets for a record of this form: what is for his role counts for more than what is for the form, both more than either.

    Of several roles with an arrangement the first by its code is taken.
    """
    found = _arranged(entity.key)
    if found:
        for place in _places(actor, form):
            if place in found:
                return found[place]
    return declared(entity)


def at(entity: Entity, place: Place) -> Arrangement | None:
    """What has been arranged for exactly this place."""
    return _arranged(entity.key).get(place)


def arranged(entity: Entity) -> frozenset[Place]:
    """For whom something has been arranged."""
    return frozenset(_arranged(entity.key))


def declared(entity: Entity) -> Arrangement:
    """What the product says."""
    if entity.key not in _declared:
        _declared[entity.key] = Arrangement(
            tuple(Section(_in("zh-hans", label), _in("en", label), keys) for label, keys in entity.layout.items()),
            tiles=entity.tiles,
            related=(*entity.related, *_referring(entity)),
        )
    return _declared[entity.key]


def refresh(version: int) -> None:
    """Forget what was read when the shape has moved."""
    if _state["version"] != version:
        _state["version"] = version
        clear()


def clear() -> None:
    """Read them again at the next question."""
    _state["known"] = None
    _declared.clear()


def _referring(entity: Entity) -> tuple[str, ...]:
    """The tabs of own lookups that show on the other side."""
    from guanxi.kernel.registry import registry

    backs = (
        child.fields[key].extra["back"] for child, key in registry.children(entity) if isinstance(child.fields[key].column, Keyed | Naming)
    )
    return tuple(backs)


_declared: dict[str, Arrangement] = {}
_state: dict[str, Any] = {"version": None, "known": None}


def _arranged(key: str) -> Mapping[Place, Arrangement]:
    from guanxi.kernel.models import FormLayout

    known = _state["known"]
    if known is None:
        known = {}
        for row in FormLayout.objects.all():
            known.setdefault(row.entity, {})[row.form, row.role] = read(row.document)
        _state["known"] = known
    return known.get(key, {})  # type: ignore[no-any-return]


def read(document: Mapping[str, Any]) -> Arrangement:
    """An arrangement as it was kept."""
    sections = tuple(Section(s["zh"], s["en"], tuple(s["keys"])) for s in document["sections"])
    return Arrangement(sections, *(tuple(document.get(name, ())) for name in ("away", "tiles", "related")))


def _places(actor: Actor, form: str) -> Iterator[Place]:
    roles = sorted(actor.roles)
    for role in roles if form else ():
        yield form, role
    for role in roles:
        yield "", role
    if form:
        yield form, ""
    yield EVERYWHERE


def _by_language(zh: str, en: str) -> str:
    return en if en and (get_language() or "zh").startswith("en") else zh


_named: Callable[[str, str], Label] = lazy(_by_language, str)


def _in(language: str, label: Label) -> str:
    with translation.override(language):
        return str(label)


__all__ = ["EVERYWHERE", "Arrangement", "Place", "Section", "arranged", "at", "clear", "declared", "of", "read", "refresh"]
