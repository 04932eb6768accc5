"""Merge tags as they are written: words between double braces, with formats behind bars. Reading takes time in proportion to the text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

#: Characters of one text and tags in it.
LONGEST, MOST = 20_000, 300
#: A line break inside is no tag, so a forgotten brace does not swallow what follows.
_TAG = re.compile(r"\{\{([^{}\n]{0,200})\}\}")
_FORMAT = re.compile(r"\s*(?P<name>[^\W\d]\w{0,30})\s*(?:\"(?P<argument>[^\"]{0,60})\")?\s*")
_SIGNS = str.maketrans("｛｝｜“”．", '{}|"".')


class MergeError(ValueError):
    """A text with tags that cannot be understood, with a message for whoever wrote it."""


@dataclass(frozen=True)
class Format:
    """How a value is written, `capitals`, with what stands in quotes behind it."""

    name: str
    argument: str = ""


@dataclass(frozen=True)
class Tag:
    """What stands between the braces: the words that name a field, and formats in their order."""

    words: str
    formats: tuple[Format, ...] = ()


Part = str | Tag


def parse(source: str) -> list[Part]:
    """The text as it is, and its tags, in order. Raises MergeError."""
    if len(source) > LONGEST:
        raise MergeError(_("Shorten the text to %(most)d characters.") % {"most": LONGEST})
    halved = _halved(source)
    parts: list[Part] = []
    place = 0
    for number, found in enumerate(_TAG.finditer(halved)):
        _plain(parts, halved[place : found.start()])
        if number >= MOST:
            raise MergeError(_("Use at most %(most)d tags in one text.") % {"most": MOST})
        parts.append(_tag(found[1]))
        place = found.end()
    _plain(parts, halved[place:])
    return parts


def spelt(tag: Tag) -> str:
    """The tag as it is written."""
    formats = "".join(f"|{each.name}" + (f' "{each.argument}"' if each.argument else "") for each in tag.formats)
    return f"{{{{{tag.words}{formats}}}}}"


def _halved(source: str) -> str:
    """Full-width braces as half-width ones, and full-width signs inside of them; what stands outside stays."""
    text = source.replace("｛｛", "{{").replace("｝｝", "}}")
    return _TAG.sub(lambda found: found[0].translate(_SIGNS), text)


def _plain(parts: list[Part], text: str) -> None:
    if "{{" in text or "}}" in text:
        at = max(text.find("{{"), text.find("}}"))
        raise MergeError(_("Double braces come in pairs, around one tag: see “%(rest)s”.") % {"rest": text[at : at + 30]})
    if text:
        parts.append(text)


def _tag(inside: str) -> Tag:
    words, *rest = _split(inside)
    if not words.strip():
        raise MergeError(_("Name a field between the double braces."))
    formats = []
    for each in rest:
        found = _FORMAT.fullmatch(each)
        if found is None:
            raise MergeError(
                _("“%(text)s” is no format: a word comes behind the bar, and what it needs in quotes.") % {"text": each.strip()}
            )
        formats.append(Format(found["name"].lower(), found["argument"] or ""))
    return Tag(" ".join(words.split()), tuple(formats))


def _split(inside: str) -> list[str]:
    """Parts between bars, but for bars in quotes."""
    parts, quoted = [""], False
    for char in inside:
        quoted ^= char == '"'
        if char == "|" and not quoted:
            parts.append("")
        else:
            parts[-1] += char
    return parts


__all__ = ["LONGEST", "MOST", "Format", "MergeError", "Part", "Tag", "parse", "spelt"]
