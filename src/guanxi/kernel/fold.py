"""The folding under which conditions compare text: width and case do not matter.

Python and PostgreSQL must agree to the letter, so both use NFKC followed by the *simple* lower-case mapping
(PostgreSQL's builtin C.UTF-8 locale knows no other). Unicode: UAX #15 (NFKC), CaseMapping of chapter 5.18.
"""

from __future__ import annotations

import unicodedata

from django.db.models import CharField, Func

#: The one character whose full lower-case form has two code points; its simple mapping is a plain i.
_DOTTED_CAPITAL_I = "\u0130"


def fold(text: str) -> str:
    """Fold width and case as `Folded` does in SQL; idempotent for practical text."""
    normal = unicodedata.normalize("NFKC", text)
    if normal.isascii():
        return normal.lower()
    return "".join("i" if c == _DOTTED_CAPITAL_I else c.lower() for c in normal)


class Folded(Func):
    """`lower(normalize(x, NFKC))`, the SQL twin of `fold`. Custom values come in C collation, which would lower ASCII only."""

    template = 'lower(normalize(%(expressions)s, NFKC) COLLATE "default")'
    output_field = CharField()
    arity = 1


def like(text: str) -> str:
    """Escape a text for the right side of LIKE."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
