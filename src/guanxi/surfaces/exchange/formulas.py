"""Text that a spreadsheet would run as a formula leaves with an apostrophe in front, and loses it on the way back.

Rule: a text that begins with = + - @ tab or return, with or without apostrophes before it, gets one apostrophe
more; on import exactly one is taken away from such a text. So `=1+1` travels as `'=1+1`, `'=1+1` as `''=1+1`, and
`'quoted'` as it is: every text comes back as it went. Source of the list: OWASP, "CSV Injection".
"""

from __future__ import annotations

import re

_RISKY = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")


def neutralise(text: str) -> str:
    """The text as it may stand in a spreadsheet cell without ever being run."""
    return "'" + text if text[:1] in "'=+-@\t\r" and _RISKY.match(text) else text


def restore(text: str) -> str:
    """The text that `neutralise` was given."""
    return text[1:] if text[:1] == "'" and _GUARDED.match(text) else text
