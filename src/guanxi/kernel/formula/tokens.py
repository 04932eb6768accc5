"""A formula as tokens: numbers, texts in quotes, fields in brackets, names of functions, and signs; full width is as good as half."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

LONGEST, MOST = 1_000, 300
_SIGNS = str.maketrans("（），×÷＋－＊／＝＜＞≤≥≠［］【】", "(),*/+-*/=<>≤≥≠[][]")
_TOKEN = re.compile(
    r"""\s*(?:
    (?P<number>\d{1,15}(?:\.\d{1,10})?)
    |(?P<text>"[^"]*"|“[^”]*”|'[^']*')
    |\[(?P<field>[^\[\]]{1,120})\]
    |(?P<name>[^\W\d]\w{0,30})
    |(?P<sign><=|>=|<>|!=|[-+*/&(),=<>≤≥≠])
    )\s*""",
    re.VERBOSE,
)
_SAME = {"≤": "<=", "≥": ">=", "≠": "<>", "!=": "<>"}


class FormulaError(ValueError):
    """A formula that cannot be understood, with a message for whoever wrote it."""


@dataclass(frozen=True)
class Token:
    """`kind` is number, text, field, name, sign or end."""

    kind: str
    text: str


def tokens(source: str) -> list[Token]:
    """All tokens, the end among them. Raises FormulaError."""
    if len(source) > LONGEST:
        raise FormulaError(_("Shorten the formula to %(most)d characters.") % {"most": LONGEST})
    plain = _halved(source)
    found: list[Token] = []
    place = 0
    while plain[place:].strip():
        match = _TOKEN.match(plain, place)
        if match is None or len(found) >= MOST:
            raise FormulaError(_("The formula cannot be read from “%(rest)s” on.") % {"rest": plain[place : place + 20].strip()})
        kind = str(match.lastgroup)
        text = match[kind]
        found.append(Token(kind, text[1:-1] if kind == "text" else _SAME.get(text, text.strip())))
        place = match.end()
    return [*found, Token("end", "")]


def _halved(source: str) -> str:
    """Full-width signs as half-width ones, but for what stands in quotes."""
    parts = re.split(r"""("[^"]*"|“[^”]*”|'[^']*')""", source)
    return "".join(part if n % 2 else part.translate(_SIGNS) for n, part in enumerate(parts))
