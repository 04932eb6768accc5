"""The tags of prints go along when a field becomes another sort: the template gets a version in which they name it anew.

Word files are as they were uploaded: they find the field by its name, which stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from guanxi.kernel import clock
from guanxi.kernel.merge_tags import syntax
from guanxi.kernel.merge_tags.naming import FITS
from guanxi.kernel.merge_tags.syntax import MergeError, Part, Tag
from guanxi.kernel.write.following import Move, kept_by
from guanxi.surfaces.prints.models import PrintTemplate, PrintVersion


@kept_by
def prints(move: Move, write: bool) -> Iterator[tuple[str, bool]]:
    """Templates of blocks; a way over the field to another record ends with it."""
    for row in PrintTemplate.objects.filter(sort="blocks").order_by("pk"):
        version = row.versions.get(number=row.version)
        tags = [part for part in _parts(version.document) if isinstance(part, Tag) and move.names(part.words)]
        if not tags:
            continue
        if write:
            row.version += 1
            moved = _moved(version.document, move)
            PrintVersion.objects.create(template=row, number=row.version, document=moved, created_at=clock.now())
            row.save(update_fields=["version"])
        yield _("Print template “%(name)s”") % {"name": row.label}, not any(_through(tag, move) for tag in tags)


def _through(tag: Tag, move: Move) -> bool:
    """Whether a tag reaches another record over the field, which it does no longer."""
    return move.names(tag.words.partition(".")[0]) and "." in tag.words


def _parts(document: Any) -> Iterator[Part]:
    """All texts of a document, in pieces."""
    if isinstance(document, Mapping):
        document = list(document.values())
    if isinstance(document, list):
        for each in document:
            yield from _parts(each)
    elif isinstance(document, str):
        yield from _read(document)


def _read(text: str) -> list[Part]:
    try:
        return syntax.parse(text)
    except MergeError:
        return [text]


def _moved(document: Any, move: Move) -> Any:
    """The document with the field by the key that it has now, written in no way that is not for its sort."""
    if isinstance(document, Mapping):
        return {key: _moved(value, move) for key, value in document.items()}
    if isinstance(document, list):
        return [_moved(each, move) for each in document]
    if not isinstance(document, str):
        return document
    return "".join(part if isinstance(part, str) else syntax.spelt(_renamed(part, move)) for part in _read(document))


def _renamed(tag: Tag, move: Move) -> Tag:
    if not move.names(tag.words) or _through(tag, move):
        return tag
    kind = move.kind.name if move.kind is not None else "choice"
    fitting = tuple(each for each in tag.formats if not FITS.get(each.name) or kind in FITS[each.name])
    return Tag(move.renamed(tag.words), fitting)


__all__ = ["prints"]
