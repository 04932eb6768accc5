"""What a service said, as it may be kept: without the address it was asked about, which its reader may not see, and without our secrets."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from django.utils.translation import gettext_lazy

from guanxi.kernel.fields.base import Label

#: Characters that are kept, and the fewest of a word that is looked for.
LONGEST, SHORTEST = 300, 3
_BLOT = "••••"
#: What `answer` says where it is ours.
REASONS: Mapping[str, Label] = {
    "taken_back": gettext_lazy("taken back"),
    "closed": gettext_lazy("the channel or the record was closed to its author"),
    "moved": gettext_lazy("the address has changed meanwhile"),
    "unapproved": gettext_lazy("the wording is not approved any more"),
    "tags": gettext_lazy("the text has other tags than its approved wording has variables"),
    "lost": gettext_lazy("the program stopped while it was being sent"),
    "signs": gettext_lazy("a secret or a name in the settings holds signs that the service cannot be told"),
}


def discreet(said: str, *, to: str = "", hidden: Collection[str] = ()) -> str:
    """The answer with a blot for each place that says `to`, in whatever groups of digits, or one of the `hidden` words."""
    said = said.replace("\x00", "")
    for word in sorted({to, to.removeprefix("+86"), to.removeprefix("+"), *hidden}, key=len, reverse=True):
        if len(word) >= SHORTEST:
            said = re.sub(_pattern(word), _BLOT, said, flags=re.IGNORECASE)
    return said[:LONGEST]


def worded(answer: str) -> str:
    """An answer in words: ours in the language of the reader, a service's as it gave it."""
    return str(REASONS.get(answer, answer))


def _pattern(word: str) -> str:
    number = word.removeprefix("+").isdecimal()
    return r"[\s()-]*".join(map(re.escape, word)) if number else re.escape(word)


__all__ = ["discreet", "worded"]
