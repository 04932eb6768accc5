"""The tags of prints go along when a field becomes another sort: the template gets a version in which they name it anew.

A Word file stays as it was uploaded: beside it stands which field each of its names means, and that goes along.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from guanxi.kernel import clock
from guanxi.kernel.merge_tags import following
from guanxi.kernel.write.following import Move, kept_by
from guanxi.surfaces.prints.models import PrintTemplate, PrintVersion


@kept_by
def prints(move: Move, write: bool) -> Iterator[tuple[str, bool]]:
    """Templates; a way over the field to another record ends with it."""
    for row in PrintTemplate.objects.filter(version__gt=0).order_by("pk"):
        version = row.versions.get(number=row.version)
        found = _word(version.document, move) if row.sort == "word" else _blocks(version.document, move)
        if found is None:
            continue
        moved, goes = found
        if write:
            row.version += 1
            said = {"path": version.path, "name": version.name} if row.sort == "word" else {}
            PrintVersion.objects.create(template=row, number=row.version, document=moved, created_at=clock.now(), **said)
            row.save(update_fields=["version"])
        yield _("Print template “%(name)s”") % {"name": row.label}, goes


def _blocks(document: Any, move: Move) -> tuple[Any, bool] | None:
    """The document with the field by its present key, and whether every tag goes along; None where none names it."""
    goes = [each for text in _texts(document) if (each := following.goes(text, move)) is not None]
    return (_moved(document, move), all(goes)) if goes else None


def _word(document: Mapping[str, Any], move: Move) -> tuple[Any, bool] | None:
    """The same of what the names in a Word file mean."""
    names = document.get("names", {})
    if not any(move.names(key) for key in names.values()):
        return None
    # What reaches on to another record stands in the file, where a dot behind the name finds nothing any more.
    reaches = move.former.kind.name == "lookup"
    return {**document, "names": {name: move.renamed(key) for name, key in names.items()}}, not reaches


def _texts(document: Any) -> Iterator[str]:
    if isinstance(document, Mapping):
        document = list(document.values())
    if isinstance(document, list):
        for each in document:
            yield from _texts(each)
    elif isinstance(document, str):
        yield document


def _moved(document: Any, move: Move) -> Any:
    if isinstance(document, Mapping):
        return {key: _moved(value, move) for key, value in document.items()}
    if isinstance(document, list):
        return [_moved(each, move) for each in document]
    return following.moved(document, move) if isinstance(document, str) else document


__all__ = ["prints"]
