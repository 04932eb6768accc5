"""A file of vCards as a table: a line of headings that an import knows, then a row for each card.

What has no column of its own (further numbers, fax, groups) stands in the remark, so that nothing is lost in silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from django.utils.translation import gettext as _

from guanxi.kernel.china import phone
from guanxi.surfaces.exchange.cells import Cell, Row, trimmed
from guanxi.surfaces.exchange.reading.vcard import Card, Property, cards

_CHINESE = re.compile("[\u3400-\u9fff]")
_DAY = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)")
_GENDERS = {"M": "male", "F": "female"}
_MOBILE = {"CELL", "MOBILE", "IPHONE"}
_FAR = {"FAX", "PAGER"}


def headings() -> list[str]:
    """The columns, as people call them."""
    return [
        _("Name"),
        _("Company"),
        _("Department"),
        _("Job title"),
        _("Mobile"),
        _("Telephone"),
        _("E-mail"),
        _("Address"),
        _("Website"),
        _("WeChat"),
        _("Gender"),
        _("Birthday"),
        _("Remark"),
    ]


def read_cards(path: Path) -> Iterator[Row]:
    """The headings, then the cards in their order."""
    yield list(headings())
    for card in cards(path):
        yield trimmed(row_of(card)) or [None, _("(an empty card)")]


def row_of(card: Card) -> Row:
    """One card. A card that is cut off keeps no name, so that it is refused and not taken by halves."""
    rest: list[str] = [] if card.whole else [_("This card is cut off in the file.")]
    rest += [_("Something on this card was too long and is cut.")] if card.short else []
    company, department = _organisation(card)
    mobile, telephone = _numbers(card, rest)
    mails = [p.value.removeprefix("mailto:") for p in card.all("EMAIL")]
    rest += [f"{_('E-mail')}: {mail}" for mail in mails[1:]]
    born = _birthday(card, rest)
    groups = "、".join(card.all("CATEGORIES")[0].parts(",")) if card.all("CATEGORIES") else ""
    rest += [f"{_('Groups')}: {groups}"] if groups else []
    remark = "\n".join(filter(None, [card.first("NOTE"), *rest]))
    return [
        _name(card) if card.whole else None,
        company,
        department,
        card.first("TITLE") or card.first("ROLE"),
        mobile,
        telephone,
        mails[0] if mails else None,
        _address(card),
        card.first("URL"),
        card.first("X-WECHAT"),
        _GENDERS.get(card.first("GENDER")[:1].upper()),
        born,
        remark,
    ]


def _organisation(card: Card) -> tuple[str, str]:
    """Company and department."""
    company, *units = card.all("ORG")[0].parts() if card.all("ORG") else [""]
    return company, " ".join(filter(None, units))


def _name(card: Card) -> str:
    """As it is written on the card; a Chinese name with the family first, which some telephones turn round."""
    family, given, middle, *_more = [*(card.all("N")[0].parts() if card.all("N") else []), "", "", ""]
    if _CHINESE.search(family + given):
        return family + middle + given
    return card.first("FN") or " ".join(filter(None, [given, middle, family])) or card.first("NICKNAME")


def _numbers(card: Card, rest: list[str]) -> tuple[str | None, str | None]:
    """The mobile and the telephone; further ones, fax and what is no number go to the remark."""
    mobile = telephone = None
    for line in card.all("TEL"):
        number = _canonical(line)
        if number and not line.types & _FAR and mobile is None and (line.types & _MOBILE or phone.carrier(number)):
            mobile = number
        elif number and not line.types & (_FAR | _MOBILE) and telephone is None:
            telephone = number
        else:
            label = _("Fax") if "FAX" in line.types else _("Further number")
            rest.append(f"{label}: {line.value.removeprefix('tel:')}")
    return mobile, telephone


def _canonical(line: Property) -> str:
    try:
        return phone.parse(line.value)
    except ValueError:
        return ""


def _address(card: Card) -> str | None:
    """The address at work before the one at home, in the order in which its country writes it."""
    found = sorted(card.all("ADR"), key=lambda p: ("WORK" not in p.types, "PREF" not in p.types))
    if not found:
        return card.first("LABEL").replace("\n", " ") or None
    box, flat, street, city, region, code, country, *_more = [*found[0].parts(), *[""] * 7]
    if _CHINESE.search(street + city + region):
        return "".join(filter(None, [region, city if city != region else "", street, flat, box]))
    return ", ".join(filter(None, [box, flat, street, city, f"{region} {code}".strip(), country])).replace("\n", " ") or None


def _birthday(card: Card, rest: list[str]) -> Cell:
    """The day; one without its year is no date and stands in the remark."""
    text = card.first("BDAY")
    found = _DAY.match(text)
    try:
        return date(*map(int, found.groups())) if found else _aside(text, rest)
    except ValueError:
        return _aside(text, rest)


def _aside(text: str, rest: list[str]) -> Cell:
    if text:
        rest.append(f"{_('Birthday')}: {text}")
    return None
