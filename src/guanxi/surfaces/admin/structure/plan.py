"""What a file would do to the organisation, row by row: it is done with the verbs of the house, and taken back when it was only a look.

So a preview knows what the verbs refuse, and a file is carried out whole or not at all.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from guanxi.kernel.actor import Actor
from guanxi.kernel.write import Invalidated, Refused, unit
from guanxi.org import actors, directory, reach
from guanxi.org.duty import DOOR
from guanxi.org.models import User
from guanxi.surfaces.admin.structure.tables import Row


@dataclass
class Line:
    """What becomes of one row: `verb` is create, change, same or refused; `notes` say what changes, `reason` why it is refused."""

    row: Row
    name: str
    verb: str = "same"
    notes: list[str] = field(default_factory=list)
    reason: str = ""

    def created(self) -> None:
        self.verb = "create"

    def changed(self, note: str) -> None:
        """Something is different from now on."""
        self.notes.append(note)
        if self.verb == "same":
            self.verb = "change"

    def refuse(self, reason: str) -> None:
        """It does not go in, and with it nothing of the file."""
        self.verb, self.reason = "refused", reason


@dataclass
class Pass:
    """One going through a file: by whom, and whether people who cannot come along are left out."""

    actor: Actor
    lenient: bool
    lines: list[Line] = field(default_factory=list)

    def line(self, row: Row, name: str) -> Line:
        """The line of a row, to be filled in."""
        self.lines.append(Line(row, name))
        return self.lines[-1]

    def again(self) -> None:
        """Read anew what somebody looks after: what he has just founded is his, too."""
        if not reach.everywhere(self.actor) and self.actor.id is not None:
            self.actor = actors.by_id(self.actor.id)

    def person(self, login: str) -> User:
        """The account of a user name, among those he looks after. Raises Invalidated."""
        found: User | None = reach.accounts(self.actor).filter(login__iexact=login).first()
        if found is None:
            raise Invalidated({"user": _("There is no account “%(login)s” among those that you look after.") % {"login": login}})
        return found

    @contextmanager
    def of_a_person(self, line: Line) -> Iterator[None]:
        """What concerns one person only: where that was asked for, whom the house refuses stays out and the row goes in."""
        try:
            with transaction.atomic():
                yield
        except Refused as refusal:
            if not self.lenient:
                raise
            line.notes.append(_("left out: %(reason)s") % {"reason": refusal})


#: Goes through all rows, filling in the lines of the pass.
Carry = Callable[[Sequence[Row], Pass], None]


@contextmanager
def judged(line: Line) -> Iterator[None]:
    """One row: what is refused of it is undone, and said."""
    try:
        with transaction.atomic():
            yield
    except Refused as refusal:
        line.refuse(str(refusal))


class _Back(Exception):
    """It was only a look, or something was refused."""


def run(carry: Carry, rows: Sequence[Row], *, actor: Actor, lenient: bool, promised: str | None = None) -> tuple[list[Line], bool]:
    """What becomes of the rows, in their order, and whether it is done now.

    It is where `promised` is the fingerprint of exactly this, as it was shown before, and nothing is refused.
    """
    going, done = Pass(actor, lenient), False
    try:
        with directory.apart(), unit(actor, DOOR):
            carry(rows, going)
            going.lines.sort(key=lambda line: line.row.number)
            done = promised == fingerprint(going.lines) and not any(line.verb == "refused" for line in going.lines)
            if not done:
                raise _Back
    except _Back:
        pass
    finally:
        actors.forget()  # who was resolved meanwhile stands on what is taken back
        directory.clear()
    return going.lines, done


def fingerprint(lines: Sequence[Line]) -> str:
    """Tells whether two runs say the same."""
    said = [[line.row.number, dict(line.row.cells), line.verb, line.notes, line.reason] for line in lines]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
