"""A document filled from records: what the typesetter is told. Everything in it is a text, a number or a drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.merge_tags import naming
from guanxi.kernel.merge_tags.naming import Bound, Path, Piece
from guanxi.kernel.merge_tags.values import Samples, Values, paths
from guanxi.surfaces.prints import below, drawings
from guanxi.surfaces.prints.blocks import PARTS, STRIPS
from guanxi.surfaces.prints.press import TOO_LARGE, Unprinted

#: Rows of a table where there is no record to show.
SAMPLE_ROWS = 3
#: Characters of a whole print, drawings included, and what the place of each text counts: more than that no process sets.
MOST, EACH = 40_000_000, 16


@dataclass(frozen=True)
class Line:
    """A named value: a line of a block of fields, a column of a table."""

    label: str
    pieces: list[Piece]
    number: bool


class Filling:
    """A document on its way to the paper, for one reader; without records it is filled with samples."""

    def __init__(self, entity: Entity, document: Mapping[str, Any], actor: Actor, *, action: str = "view") -> None:
        self.entity, self.document, self.actor, self.action = entity, document, actor, action
        self.left, self.pictures = MOST, drawings.Pictures(self._taken)
        #: The blocks of which this reader gets nothing.
        self.shut: frozenset[int] = frozenset()
        #: The records of which there are sheets so far.
        self.printed: list[int] = []
        self.strips = {strip: [naming.still(entity, document[strip][part]) for part in PARTS] for strip in STRIPS}
        self.tabs = below.tabs(entity)
        self.known = [self._understood(each) for each in document["blocks"]]

    def data(self, ids: Sequence[int], title: str) -> dict[str, Any]:
        """What the typesetter is told of these records, each on sheets of its own; of those that the actor may not have nothing.

        Raises Unprinted for more than is set, also over several calls.
        """
        values: Values | Samples = Samples(self.entity, self.actor)
        records = list(ids) or [0]
        if ids:
            self.shut = self._shut()
            values = Values(self.entity, self.paths, ids, self.actor, action=self.action)
            records = [record for record in ids if record in values.ids]
            self.printed += records
        tables = [self._table(place, records, bool(ids)) for place in range(len(self.known))]
        sheets = [self._sheet(record, values, tables) for record in records]
        document = self.document
        return {
            "title": title,
            "lang": "zh" if (get_language() or "zh").startswith("zh") else "en",
            "page": _("Page {page} of {pages}"),
            **{key: document[key] for key in ("paper", "landscape", "margin", "size", "numbers")},
            "sheets": sheets,
            "pictures": self.pictures.drawn,
        }

    @property
    def paths(self) -> set[Path]:
        """The fields of the record that are read."""
        found = paths(*(pieces for strip in self.strips.values() for pieces in strip))
        for known in self.known:
            if "of" not in known:
                found |= paths(known.get("text", []), *(line.pieces for line in known.get("lines", ())))
        return found

    def _understood(self, block: Mapping[str, Any]) -> dict[str, Any]:
        """A block with its texts as pieces."""
        known = dict(block)
        about = self.entity
        if block["kind"] == "table":
            tab = self.tabs.get(block["of"])
            if tab is None:
                return {"kind": "gone"}
            about = tab.child
        if "text" in block:
            known["text"] = naming.still(about, block["text"])
        if "lines" in block:
            known["lines"] = [
                line for each in block["lines"].splitlines() if each.strip() and (line := self._line(about, each)) is not None
            ]
        return known

    def _line(self, entity: Entity, text: str) -> Line | None:
        """A line with its name; None where all that it reads is closed to the reader, or gone."""
        pieces = naming.still(entity, text.strip())
        first = pieces[0] if pieces and isinstance(pieces[0], str) else ""
        head, colon, rest = first.replace("：", ":").partition(":")
        if colon:
            pieces = [first[len(head) + 1 :].lstrip(), *pieces[1:]] if rest.strip() else pieces[1:]
        read = paths(pieces)
        visible = [path for path in read if self._open(entity, path)]
        if (read and not visible) or (not read and "{{" in text):
            return None
        label = (
            head.strip()
            if colon
            else "、".join(naming.label(entity, piece.path) for piece in pieces if isinstance(piece, Bound) and piece.path in visible)
        )
        field = naming.field_of(entity, next(iter(read))) if len(read) == 1 else None
        return Line(label, pieces, field is not None and field.kind.align == "num")

    def _open(self, entity: Entity, path: Path) -> bool:
        """Whether the reader may see such a field at all."""
        if naming.field_of(entity, path) is None:
            return True
        if not path.via:
            return path.key in entity.visible(self.actor)
        target = naming.steps(entity)[path.via]
        return path.via in entity.visible(self.actor) and path.key in target.visible(self.actor)

    def _shut(self) -> frozenset[int]:
        """The tables of lists that are closed to the reader, or gone, each with the words right above it that are its heading."""
        closed = {
            place for place, known in enumerate(self.known) if known["kind"] == "gone" or (known["kind"] == "table" and self._closed(known))
        }
        plain = lambda known: known["kind"] == "text" and not paths(known["text"])
        return frozenset(closed | {place - 1 for place in closed if place and plain(self.known[place - 1])})

    def _closed(self, known: Mapping[str, Any]) -> bool:
        tab = self.tabs[known["of"]]
        held = tab.child.visible(self.actor) if tab.via else self.entity.visible(self.actor)
        return not known["lines"] or not self.actor.may(tab.child.key, self.action) or (tab.via or tab.code) not in held

    def _table(self, place: int, records: Sequence[int], real: bool) -> dict[int, list[list[str]]]:
        """The rows of a table by record, all of them read at once."""
        known = self.known[place]
        if known["kind"] != "table":
            return {}
        tab, lines = self.tabs[known["of"]], known["lines"]
        if not real:
            samples = Samples(tab.child, self.actor)
            return {0: [[self._said(samples, 0, line.pieces) for line in lines]] * SAMPLE_ROWS}
        hanging = below.ids(self.entity, tab, records, self.actor, action=self.action, most=known["most"])
        wanted = sorted({one for ids in hanging.values() for one in ids})
        asked = paths(*(line.pieces for line in lines))
        self._taken(len(wanted) * len(asked) * EACH, keep=False)
        values = Values(tab.child, asked, wanted, self.actor, action=self.action)
        return {record: [[self._said(values, one, line.pieces) for line in lines] for one in ids] for record, ids in hanging.items()}

    def _said(self, values: Values | Samples, record: int, pieces: Sequence[Piece]) -> str:
        """One text on the paper."""
        text = values.text(record, pieces)
        self._taken(EACH + len(text))
        return text

    def _taken(self, characters: int, *, keep: bool = True) -> None:
        """So much room is taken, or would be. Raises Unprinted where there is none."""
        if characters > self.left:
            raise Unprinted(TOO_LARGE)
        self.left -= characters if keep else 0

    def _sheet(self, record: int, values: Values | Samples, tables: Sequence[Mapping[int, list[list[str]]]]) -> dict[str, Any]:
        strips = {strip: [self._said(values, record, pieces) for pieces in found] for strip, found in self.strips.items()}
        left = [(place, known) for place, known in enumerate(self.known) if place not in self.shut]
        blocks = [self._drawn(known, record, values, tables[place].get(record, [])) for place, known in left]
        return {**strips, "blocks": [block for block in blocks if block is not None]}

    def _drawn(self, known: Mapping[str, Any], record: int, values: Values | Samples, rows: list[list[str]]) -> dict[str, Any] | None:
        """A block as the typesetter takes it; None where nothing of it is left."""
        match known["kind"]:
            case "text":
                return {**known, "text": self._said(values, record, known["text"])}
            case "fields":
                items = [[line.label, self._said(values, record, line.pieces)] for line in known["lines"]]
                return {"kind": "fields", "columns": known["columns"], "items": items} if items else None
            case "table":
                lines = known["lines"]
                sides = ["right" if line.number else "left" for line in lines]
                return {"kind": "table", "head": [line.label for line in lines], "sides": sides, "rows": rows} if lines else None
            case "qr":
                text = self._said(values, record, known["text"])
                return {**known, "text": "", "picture": self.pictures.code(text)} if text.strip() else None
            case "image" | "stamp":
                name = self.pictures.kept(known["picture"])
                return {**known, "picture": name} if name else None
            case "gone":
                return None
        return dict(known)


__all__ = ["Filling"]
