"""Tags in a text go along when the field that they name becomes another sort."""

from __future__ import annotations

from guanxi.kernel.merge_tags import syntax
from guanxi.kernel.merge_tags.naming import FITS
from guanxi.kernel.merge_tags.syntax import MergeError, Part, Tag
from guanxi.kernel.write.following import Move


def goes(text: str, move: Move) -> bool | None:
    """Whether all tags that name the field go along with it; None where none does. One that steps over it to another record stays behind."""
    tags = [part for part in _read(text) if isinstance(part, Tag) and move.names(part.words)]
    return not any(_through(tag, move) for tag in tags) if tags else None


def moved(text: str, move: Move) -> str:
    """The text with the field by the key that it has now, written in no way that is not for its sort."""
    return "".join(part if isinstance(part, str) else syntax.spelt(_renamed(part, move)) for part in _read(text))


def _through(tag: Tag, move: Move) -> bool:
    """Whether a tag reaches another record over the field, which it does no longer."""
    return move.names(tag.words.partition(".")[0]) and "." in tag.words


def _read(text: str) -> list[Part]:
    try:
        return syntax.parse(text)
    except MergeError:
        return [text]


def _renamed(tag: Tag, move: Move) -> Tag:
    if not move.names(tag.words) or _through(tag, move):
        return tag
    kind = move.kind.name if move.kind is not None else "choice"
    fitting = tuple(each for each in tag.formats if not FITS.get(each.name) or kind in FITS[each.name])
    return Tag(move.renamed(tag.words), fitting)


__all__ = ["goes", "moved"]
