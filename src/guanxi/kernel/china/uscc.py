"""The unified social credit code every organisation in China carries, per GB 32100-2015."""

from __future__ import annotations

import re
import unicodedata

from django.utils.translation.trans_null import gettext_noop  # needs no settings
from stdnum.cn.uscc import calc_check_digit

__all__ = ["check"]

# GB 32100-2015 table 1: the registering department is 1-9, A (military), N (agriculture) or Y (others); the region
# is six digits; the letters I, O, S, V and Z are never used. python-stdnum knows the digit departments only, so the shape is ours
# and the check digit (annex of the standard, modulus 31) is theirs.
_SHAPE = re.compile(r"[1-9ANY][0-9A-HJ-NPQRTUWXY][0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}", re.ASCII)


def check(code: str) -> str:
    """Return the code as eighteen capital characters; raise ValueError saying what is wrong with it."""
    compact = re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", code)).upper()
    if len(compact) != 18:
        raise ValueError(gettext_noop("A unified social credit code has 18 characters."))
    if not _SHAPE.fullmatch(compact):
        raise ValueError(gettext_noop("A unified social credit code uses digits and capital letters other than I, O, S, V and Z."))
    if compact[-1] != calc_check_digit(compact):
        raise ValueError(gettext_noop("The check digit of this unified social credit code is wrong; look for a typing mistake."))
    return compact
