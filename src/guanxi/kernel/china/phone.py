"""Telephone numbers as people in China write them, kept in one canonical form.

Ordinary numbers are kept as E.164 ("+8613812346021"), with an extension as ";ext=123" (RFC 3966). Numbers that exist only
inside China (400 and 800 numbers, 95588, 12345) are kept as their digits. Numbering per the MIIT plan; other countries per libphonenumber.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from django.utils.translation.trans_null import gettext_noop  # needs no settings

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

__all__ = ["carrier", "mask", "parse", "place", "show", "tail", "takes_messages"]

_EXTENSION = re.compile(r"(?<=\d)\)?\s*(?:转接?|分机号?|extension|ext\.?|x|#|;ext=)[\s:.]*(\d{1,8})$")
_NOISE = re.compile(r"[\s\-‐‑‒–—―−_.·()\[\]【】]+")
_HOME = re.compile(r"(?:\+86|0086)")
_MOBILE = re.compile(r"(?:86)?0?(1[3-9]\d{9})")
_TOLL = re.compile(r"0?([48]00\d{7})")
_SERVICE = re.compile(r"11\d|12[0-2]|1[02]\d{3}|11\d{3,4}|95\d{3,8}|96\d{3,6}|1010\d{4}")
_LANDLINE = re.compile(r"(?:(?:\+86|0086)0?|0)((?:10|[2-9]\d)\d{6,9})")
_AREA = re.compile(r"10|2\d|[3-9]\d{2}")


def parse(raw: str) -> str:
    """The canonical form of a number as typed; ValueError (an English message to translate) when it is none."""
    text = unicodedata.normalize("NFKC", raw).strip().casefold().removeprefix("tel:")
    extension = ""
    if found := _EXTENSION.search(text):
        extension = f";ext={found[1]}"
        text = text[: found.start()]
    text = _NOISE.sub("", text)
    if not re.fullmatch(r"\+?[0-9]+", text):
        raise ValueError(gettext_noop("A telephone number has digits only; write one number a field."))
    local = _HOME.sub("", text, count=1) if _HOME.match(text) else text
    if mobile := _MOBILE.fullmatch(local):
        return f"+86{mobile[1]}{extension}"
    if toll := _TOLL.fullmatch(local):
        return toll[1] + extension
    if _SERVICE.fullmatch(local):
        return local + extension
    if (landline := _LANDLINE.fullmatch(text)) and _landlines().fullmatch(landline[1]):
        return f"+86{landline[1]}{extension}"
    return _e164(text) + extension


def show(number: str) -> str:
    """The number as people read it: 138 1234 6021, 0571-88881234 转 123, 400-800-1234, +1 650-253-0000."""
    base, extension = _split(number)
    tail_text = f" 转 {extension}" if extension else ""
    if base.startswith("+86"):
        national = base[3:]
        if _MOBILE.fullmatch(national):
            return f"{national[:3]} {national[3:7]} {national[7:]}{tail_text}"
        area = _area(national)
        return f"0{area}-{national[len(area) :]}{tail_text}"
    if base.startswith("+"):
        import phonenumbers

        parsed = phonenumbers.parse(base)
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL) + tail_text
    if _TOLL.fullmatch(base):
        return f"{base[:3]}-{base[3:6]}-{base[6:]}{tail_text}"
    return base + tail_text


def mask(number: str) -> str:
    """Enough to recognise, not enough to dial: 138****6021, 0571-8888****. Public service numbers stay readable."""
    base, _ = _split(number)
    if base.startswith("+86"):
        national = base[3:]
        if _MOBILE.fullmatch(national):
            return f"{national[:3]}****{national[7:]}"
        area = _area(national)
        return f"0{area}-{national[len(area) : -4]}****"
    if base.startswith("+"):
        return f"{base[:-8]}****{base[-4:]}" if len(base) > 10 else f"{base[:4]}****"
    return f"{base[:3]}-{base[3:6]}-****" if _TOLL.fullmatch(base) else base


def dashed(masked: str) -> str:
    """A masked landline with the dash behind its area: 05718888**** is 0571-8888****."""
    if not masked.startswith("0"):
        return masked
    area = _area(masked[1:])
    return f"0{area}-{masked[1 + len(area) :]}"


def place(number: str) -> str | None:
    """Where the number was issued, in Chinese (浙江省杭州市), or None when the table does not know."""
    parsed = _parsed(number)
    if parsed is None:
        return None
    from phonenumbers import geocoder

    found = geocoder.description_for_number(parsed, "zh")
    return found if found and found != "中国" else None


def carrier(number: str) -> str | None:
    """The carrier that issued a mobile number, in Chinese (中国移动); numbers may have moved since."""
    parsed = _parsed(number)
    if parsed is None:
        return None
    from phonenumbers import carrier as carriers

    return carriers.name_for_number(parsed, "zh") or None


def takes_messages(number: str) -> bool:
    """Whether text messages reach it: a Chinese mobile number, or any number abroad."""
    base, _extension = _split(number)
    return base.startswith("+") and (not base.startswith("+86") or _MOBILE.fullmatch(base[3:]) is not None)


def tail(number: str) -> str:
    """The digits a person may remember a part of: national, with the leading zero of the area, no extension."""
    base, _ = _split(number)
    if base.startswith("+86"):
        national = base[3:]
        return national if _MOBILE.fullmatch(national) else f"0{national}"
    return base.lstrip("+")


@cache
def _landlines() -> re.Pattern[str]:
    """Landlines of China as the library knows them; asked directly, for its own way costs more than the rest of a row of an import."""
    from phonenumbers import PhoneMetadata

    china = PhoneMetadata.metadata_for_region("CN")
    pattern = china.fixed_line.national_number_pattern if china and china.fixed_line else None
    return re.compile(pattern or "(?!)")


def _e164(text: str) -> str:
    import phonenumbers

    try:
        parsed = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException:
        raise ValueError(gettext_noop("This is not a telephone number.")) from None
    if parsed.country_code == 86 and not phonenumbers.is_valid_number(parsed):
        if re.fullmatch(r"[2-8]\d{6,7}", text):
            raise ValueError(gettext_noop("A landline needs its area code, as in 0571 8888 1234."))
        raise ValueError(gettext_noop("This is not a telephone number."))
    if not phonenumbers.is_possible_number(parsed):
        raise ValueError(gettext_noop("This is not a telephone number."))
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _parsed(number: str) -> PhoneNumber | None:
    import phonenumbers

    base, _ = _split(number)
    return phonenumbers.parse(base) if base.startswith("+") else None


def _split(number: str) -> tuple[str, str]:
    base, _, extension = number.partition(";ext=")
    return base, extension


def _area(national: str) -> str:
    found = _AREA.match(national)
    return found[0] if found else ""
