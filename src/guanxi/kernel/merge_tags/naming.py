"""Which tags there are for an entity: its fields by key or name, those of records it refers to one step away, today and who prints."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.kernel.china.width import fold
from guanxi.kernel.fields.base import Field, Label
from guanxi.kernel.merge_tags import formats, syntax
from guanxi.kernel.merge_tags.syntax import Format, MergeError, Part, Tag

if TYPE_CHECKING:
    from guanxi.kernel.entity import Entity

#: Not of the record: the day of printing and the person who prints.
FURTHER: dict[str, Label] = {"today": gettext_lazy("Date of printing"), "me": gettext_lazy("Who prints")}
NUMBERS, DATES = ("money", "decimal", "integer", "percent", "rating"), ("date", "datetime")
#: Format → for which kinds of fields it is; none named means all.
FITS: dict[str, tuple[str, ...]] = {"capitals": NUMBERS, "money": NUMBERS, "number": NUMBERS, "date": DATES, "or": ()}
FORMAT_LABELS: dict[str, Label] = {
    "capitals": gettext_lazy("amount in Chinese capitals"),
    "money": gettext_lazy("amount with currency and cents"),
    "number": gettext_lazy("plain number"),
    "date": gettext_lazy("day in words"),
}
NAMED = 12


@dataclass(frozen=True)
class Path:
    """A field of the record, or of the record that its field `via` names."""

    key: str
    via: str = ""

    def __str__(self) -> str:
        return f"{self.via}.{self.key}" if self.via else self.key


@dataclass(frozen=True)
class Bound:
    """A tag whose field is known."""

    path: Path
    formats: tuple[Format, ...] = ()


Piece = str | Bound


def tagged(entity: Entity) -> dict[str, Field]:
    """The fields that a tag may name."""
    return {key: field for key, field in entity.fields.items() if field.kind.name != "attachment"}


def steps(entity: Entity) -> dict[str, Entity]:
    """The lookups by which a tag reaches another record, and of what entity that is."""
    return {key: field.kind.target for key, field in entity.fields.items() if field.kind.name == "lookup"}  # type: ignore[attr-defined]


def bound(entity: Entity, source: str) -> list[Piece]:
    """The text with its tags found among the fields. Raises MergeError, which names the tags that exist."""
    return [part if isinstance(part, str) else _bound(entity, part) for part in syntax.parse(source)]


def still(entity: Entity, source: str) -> list[Piece]:
    """The same for a text kept earlier: what names a field that has gone since is left out."""
    pieces: list[Piece] = []
    try:
        parts: list[Part] = syntax.parse(source)
    except MergeError:
        return [source]
    for part in parts:
        try:
            pieces.append(part if isinstance(part, str) else _bound(entity, part))
        except MergeError:
            continue
    return pieces


def in_keys(entity: Entity, source: str) -> str:
    """The text with keys in its tags, so that a field may be called otherwise later. Raises MergeError."""
    pieces = bound(entity, source)
    return "".join(piece if isinstance(piece, str) else syntax.spelt(Tag(str(piece.path), piece.formats)) for piece in pieces)


def field_of(entity: Entity, path: Path) -> Field | None:
    """The field that a path leads to; None for what is no field, or is gone."""
    if not path.via:
        return tagged(entity).get(path.key)
    target = steps(entity).get(path.via)
    return tagged(target).get(path.key) if target is not None else None


def label(entity: Entity, path: Path) -> str:
    """What the value of a path is called."""
    field = field_of(entity, path)
    if field is None:
        return str(FURTHER.get(path.key, path))
    if not path.via:
        return str(field.label)
    via = entity.fields[path.via]
    return str(via.label) if path.key == steps(entity)[path.via].title else f"{via.label} · {field.label}"


def offered(entity: Entity) -> list[tuple[str, list[tuple[str, str]]]]:
    """(heading, (path, label) …) of every tag, for whoever chooses one from a list."""
    found = [(str(entity.label), [(key, str(field.label)) for key, field in tagged(entity).items()])]
    for via, target in steps(entity).items():
        found.append((str(entity.fields[via].label), [(f"{via}.{key}", str(field.label)) for key, field in tagged(target).items()]))
    return [*found, (_("Further"), [(key, str(word)) for key, word in FURTHER.items()])]


def _bound(entity: Entity, tag: Tag) -> Bound:
    path = _path(entity, tag.words)
    if path is None:
        raise MergeError(_unknown(entity, tag.words))
    field = field_of(entity, path)
    kind = field.kind.name if field is not None else "date" if path.key == "today" else "text"
    for each in tag.formats:
        name = formats.CALLED.get(each.name, each.name)
        if name not in FITS:
            raise MergeError(_("There is no format “%(name)s”; there are %(all)s.") % {"name": each.name, "all": "、".join(FITS)})
        if FITS[name] and kind not in FITS[name]:
            raise MergeError(_("The format “%(name)s” is not for “%(field)s”.") % {"name": each.name, "field": label(entity, path)})
    return Bound(path, tuple(Format(formats.CALLED.get(each.name, each.name), each.argument) for each in tag.formats))


def _path(entity: Entity, words: str) -> Path | None:
    """By key or name, whole or with one step in between; a name may hold dots itself."""
    if (key := _found(tagged(entity), words)) is not None:
        return Path(key)
    if fold(words).lower() in FURTHER:
        return Path(fold(words).lower())
    near = steps(entity)
    for at in (place for place, char in enumerate(words) if char == "."):
        via = _found({key: entity.fields[key] for key in near}, words[:at])
        if via is not None and (key := _found(tagged(near[via]), words[at + 1 :])) is not None:
            return Path(key, via)
    return None


def _found(fields: dict[str, Field], word: str) -> str | None:
    if word.strip() in fields:
        return word.strip()
    asked = fold(word).strip().lower()
    for key, field in fields.items():
        if asked and asked in (fold(str(name)).lower() for name in (field.label, *field.aliases)):
            return key
    return None


def _unknown(entity: Entity, words: str) -> str:
    known = [*tagged(entity), *(f"{via}.{target.title}" for via, target in steps(entity).items()), *FURTHER]
    near = get_close_matches(words[:60], known, n=NAMED, cutoff=0.5)
    shown = list(dict.fromkeys([*near, *known]))[:NAMED]
    said = {"name": words[:60], "entity": entity.label, "tags": _listed(shown)}
    return _("There is no tag “%(name)s” for %(entity)s. Tags are for instance %(tags)s.") % said


def _listed(names: Iterable[str]) -> str:
    return "、".join(names)


__all__ = ["FITS", "FORMAT_LABELS", "Bound", "Path", "Piece", "bound", "field_of", "in_keys", "label", "offered", "still", "tagged"]
