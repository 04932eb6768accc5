"""Documents and presentations of Office Open XML (ECMA-376): their paragraphs, headings and tables, in order."""

from __future__ import annotations

import posixpath
import re
import zipfile

from guanxi.surfaces.viewing import markup
from guanxi.surfaces.viewing.paper import Paper

_SLIDES = 500
#: Styles of headings as Word names them, in English, and in Chinese, where their identifiers are bare digits.
_HEADING = re.compile(r"(?:heading|标题)?\s*[1-9]|title|标题", re.IGNORECASE)


class _Text(markup.Handler):
    """WordprocessingML and DrawingML call paragraph, run text, break, row and cell alike: p, t, br, tr, tc."""

    def __init__(self, paper: Paper, family: str) -> None:
        self._paper = paper
        self._family = family
        self._words: list[str] = []
        self._listening = False
        self._twice = 0
        self._heading = False
        #: The rows under way, innermost last; a table inside a cell reads as text of that cell.
        self._rows: list[list[list[str]]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition(" ")
        if local == "Fallback":
            self._twice += 1  # the same once more, for older programs
        if self._family not in space or self._twice:
            return
        if local == "t":
            self._listening = True
        elif local in ("br", "cr"):
            self._words.append("\n")
        elif local == "tab":
            self._words.append("\t")
        elif local == "pStyle":
            self._heading = bool(_HEADING.fullmatch(attributes.get(f"{space} val", "")))
        elif local == "tr":
            self._rows.append([])
        elif local == "tc" and self._rows:
            self._rows[-1].append([])

    def end(self, name: str) -> None:
        space, _, local = name.rpartition(" ")
        if local == "Fallback":
            self._twice -= 1
        if self._family not in space or self._twice:
            return
        if local == "t":
            self._listening = False
        elif local == "p":
            self._paragraph()
        elif local == "tr" and self._rows:
            self._row()

    def text(self, data: str) -> None:
        if self._listening:
            self._words.append(data)

    def _paragraph(self) -> None:
        text, self._words = "".join(self._words), []
        heading, self._heading = self._heading, False
        if self._rows and self._rows[-1]:
            self._rows[-1][-1].append(text)
        else:
            self._paper.paragraph(text, heading=heading)

    def _row(self) -> None:
        cells = ["\n".join(lines).strip() for lines in self._rows.pop()]
        if self._rows and self._rows[-1]:
            self._rows[-1][-1].append("\t".join(cells))
        elif any(cells):
            self._paper.row(cells)


class _Relations(markup.Handler):
    """A list of relations: identifier → (kind, target)."""

    def __init__(self) -> None:
        self.found: dict[str, tuple[str, str]] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name.endswith(" Relationship") and attributes.get("TargetMode") != "External":
            kind = attributes.get("Type", "").rpartition("/")[2]
            self.found[attributes.get("Id", "")] = (kind, attributes.get("Target", ""))


class _Order(markup.Handler):
    """The slides of a presentation by the identifiers of their relations, in the order in which they are shown."""

    def __init__(self) -> None:
        self.ids: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name.endswith(" sldId"):
            self.ids.extend(value for key, value in attributes.items() if key.endswith("relationships id"))


def _relations(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """What a part refers to, as names of parts."""
    folder, name = posixpath.split(part)
    handler = _Relations()
    with archive.open(posixpath.join(folder, "_rels", f"{name}.rels")) as source:
        markup.read(source, handler)
    return {
        key: (kind, posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")) for key, (kind, target) in handler.found.items()
    }


def _main(archive: zipfile.ZipFile) -> str:
    """The part that everything else hangs on."""
    return next(target for kind, target in _relations(archive, "").values() if kind == "officeDocument")


def document(archive: zipfile.ZipFile, paper: Paper) -> None:
    """Read a docx. Raises Full, Odd, and what zipfile raises."""
    with archive.open(_main(archive)) as source:
        markup.read(source, _Text(paper, "wordprocessingml"))


def slides(archive: zipfile.ZipFile, paper: Paper) -> None:
    """Read a pptx, one part a slide. Raises as `document`."""
    main = _main(archive)
    order = _Order()
    with archive.open(main) as source:
        markup.read(source, order)
    targets = _relations(archive, main)
    for number, key in enumerate(order.ids[:_SLIDES], start=1):
        paper.part(str(number))
        if key in targets:
            with archive.open(targets[key][1]) as source:
                markup.read(source, _Text(paper, "drawingml"))


__all__ = ["document", "slides"]
