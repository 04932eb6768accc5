"""The words that say what kind of body a company is, which people write, shorten and leave out at will.

Forms per the Company Law (2023) articles 7-8 and the Partnership Enterprise Law; foreign forms as commonly abbreviated. Kinds of
business that are part of a name (厂, 店, 中心, 工作室, 合作社) are not legal forms and are kept.
"""

from __future__ import annotations

import re

__all__ = ["only_form", "split_branch", "strip_forms", "strip_partial_form"]

# At the end of the name, or before the branch that follows it: 云深有限公司上海分公司.
_CHINESE = re.compile(
    r"(?:股份)?有限(?:责任)?公司|股份公司|(?<!分)(?<!支)(?<!子)总?公司(?=$|[(\[])"
    r"|[(\[](?:有限合伙|普通合伙|特殊普通合伙|个人独资|有限责任|股份有限)[)\]]"
)
# Text after the form that is no remark in brackets.
_BEFORE_BRANCH = re.compile(r"有限(?:责任)?公司[\s,\-]*(?=[^\s(\[]|[(\[][^()\[\]]*[)\]][^\s(\[])")
_FOREIGN = re.compile(
    r"(?:[\s,.]+(?:co\.?\s*,?\s*ltd|company\s+limited|company|limited|ltd|inc|incorporated|corp|corporation|llc|llp|plc|gmbh|co|sa|ag|bv|pte|pty)\.?)+\s*$"
)
_PARTIAL = tuple(
    sorted(
        {form[:end] for form in ("有限责任公司", "股份有限公司", "有限公司") for end in range(1, len(form))},
        key=len,
        reverse=True,
    )
)


def strip_forms(folded: str) -> str:
    """A folded name without its legal forms, wherever they stand; a name that is nothing else comes back whole."""
    bare = _FOREIGN.sub("", _CHINESE.sub("", folded))
    return bare if any(map(str.isalnum, bare)) else folded


def strip_partial_form(folded: str) -> str:
    """The same for a name still being typed: 云深科技有限 loses 有限."""
    for partial in _PARTIAL:
        if folded.endswith(partial) and len(folded) > len(partial):
            return folded.removesuffix(partial)
    return folded


def only_form(folded: str) -> bool:
    """Whether a folded text is a legal form and no more, perhaps not typed to its end: 有限公司, 有限, co ltd."""
    text = folded.strip()
    return len(text) > 1 and (text in _PARTIAL or strip_forms(f"某某 {text}").strip() == "某某")


def split_branch(folded: str) -> tuple[str, str]:
    """A folded name as head office and branch, when a legal form stands between them: 云深有限公司 / 上海分公司."""
    found = _BEFORE_BRANCH.search(folded)
    return (folded[: found.end()], folded[found.end() :]) if found else (folded, "")
