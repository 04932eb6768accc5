"""What a business card or the foot of a letter says, read out of its plain text: proposals for a form, nothing more.

The words are those of `Entity.card`. Marked lines (手机：, Tel:) say themselves what they are; the rest is told by its shape, first what
cannot be anything else (addresses of mail and web, numbers), then companies, places, titles, and the name from what is left.
"""

from __future__ import annotations

import re

from guanxi.kernel.china import families, phone

MOST = 4_000
#: Characters of one line that are looked at: what is longer is no line of a card, and would keep the expressions busy.
LINE = 200
_MARKS = {
    "FN": "姓名|联系人|name|contact",
    "ORG": "公司名称|公司|单位|企业|company|organi[sz]ation",
    "TITLE": "职务|职位|岗位|title|position|job title",
    "CELL": "手机号码?|手机|移动电话|mobile|cell ?phone|cell|mob|m|mp|hp",
    "WORK": "办公电话|联系电话|固定?电话|电话|座机|直线|总机|telephone|phone|direct|office|tel|t|p|d",
    "FAX": "传真|fax|f",
    "EMAIL": "电子邮[件箱]|邮箱|邮件|e-?mail|mail|e",
    "URL": "公司网址|网址|网站|官网|主页|website|web|url|http|w",
    "ADR": "公司地址|办公地址|通讯地址|详细地址|地址|address|addr|add|a",
    "X-WECHAT": "微信号?|wechat|weixin|wx",
    "OTHER": "邮政编码|邮编|zip|postcode|qq|税号",
}
_MARKED = re.compile(
    r"\s*(?:" + "|".join(f"(?P<{key.replace('-', '_')}>{words})" for key, words in _MARKS.items()) + r")\s*[:.)\]】]\s*(?P<rest>.*)",
    re.IGNORECASE,
)
_SPLIT = re.compile(
    r"[\r\n\t|｜•●◆■]+|\s{3,}|(?<=\S)\s*[;；]\s*|\s+(?=(?:手机|电话|传真|邮箱|网址|地址|微信|Tel|Mobile|Mob|Fax|E-?mail|Web)\s*[:：])"
)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_SITE = re.compile(
    r"(?:https?://|www\.)[^\s,，;；()（）<>]+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com\.cn|net\.cn|com|cn|net|org|io)\b(?:/\S*)?",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w@])\(?\+?\d[\d\s().-]{5,20}\d(?:\s*(?:转|分机|ext\.?|x)\s*\d{1,6})?(?!\w)", re.IGNORECASE)
_COMPANY = re.compile(
    r"公司|集团|事务所|大学|学院|医院|研究院|研究所|设计院|银行|商行|工作室|合作社|协会|委员会|(?:厂|店|局)$"
    r"|\b(?:inc|ltd|llc|gmbh|corp|corporation|limited|company|group|plc|university|institute|bank|co)\b\.?",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"(?:[路街道巷弄村镇].{0,40}\d|\d\s?[号幢栋楼层室座]|(?:大厦|广场|园区|中心|大楼).{0,40}\d|[省市区县].{0,40}[路街道镇村])"
    r"|\d.{0,60}\b(?:road|rd|street|st|avenue|ave|boulevard|blvd|drive|building|bldg|floor|room|suite|district|lane)\b",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"经理|总监|主管|总裁|董事|老板|店长|厂长|院长|校长|处长|科长|局长|部长|主任|主席|秘书|助理|专员|代表|顾问|工程师|架构师|设计师|会计|出纳|律师|医师|教授"
    r"|讲师|研究员|采购|销售|负责人|合伙人|创始人|总工|专家|客服"
    r"|\b(?:manager|director|engineer|president|officer|consultant|assistant|head|partner|founder|chief|lead|specialist|executive|sales"
    r"|buyer|chairman|secretary|professor|analyst|representative|supervisor|accountant|ceo|cto|cfo|coo|cmo|vp|gm)\b",
    re.IGNORECASE,
)
#: What must follow "T." or "A.", for these are initials of names as well.
_INITIALS = {
    **dict.fromkeys(("CELL", "WORK", "FAX"), re.compile(r"[+(]?\d").match),
    "EMAIL": _MAIL.search,
    "URL": _SITE.search,
    "ADR": _PLACE.search,
}
_LATIN_NAME = re.compile(
    r"(?:(?:Mr|Ms|Mrs|Dr)\.?\s+)?(?:(?:[A-Z]\.\s?){1,2}[A-Z][A-Za-z'’-]+|[A-Z][A-Za-z'’-]+(?:\s+[A-Z]\.?)?(?:\s+[A-Z][A-Za-z'’-]+){1,2})"
)


def read(text: str) -> dict[str, str]:
    """The card's words with what the text says of each; what is not recognised is left out."""
    found: dict[str, str] = {}
    loose = []
    for piece in _SPLIT.split(_plain(text[:MOST])):
        rest = _marked(piece.strip(" ,，、-–—*")[:LINE], found)
        if rest := _taken(rest, found).strip(" ,，、/-–—:："):
            loose.append(rest)
    for piece in loose:
        _shaped(piece, found)
    found.pop("FAX", None)
    found.pop("OTHER", None)
    return found


def _plain(text: str) -> str:
    """Full-width digits, letters and colons as usual ones; Chinese brackets and commas stay."""
    return (
        "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" and c not in "（），；" else c for c in text)
        .replace("\u3000", "   ")
        .replace("\xa0", " ")
    )


def _marked(piece: str, found: dict[str, str]) -> str:
    """Take what a mark names; gives back what is still to be read."""
    hit = _MARKED.match(piece)
    if hit is None:
        return piece
    group = next(k for k, value in hit.groupdict().items() if k != "rest" and value)
    key, rest = group.replace("_", "-"), hit["rest"].strip()
    if len(hit[group]) == 1 and not piece[hit.end(group) :].lstrip().startswith(":") and not _INITIALS[key](rest):
        return piece
    if key in ("FN", "ORG", "TITLE", "ADR", "X-WECHAT"):
        found.setdefault(key, rest)
        return ""
    if key in ("CELL", "WORK"):
        return _numbers(rest, found, key)
    return "" if key in ("FAX", "OTHER") else rest


def _taken(piece: str, found: dict[str, str]) -> str:
    """Take mail, web and numbers, wherever they stand; gives back the rest."""
    for key, shape in (("EMAIL", _MAIL), ("URL", _SITE)):
        for hit in shape.findall(piece):
            found.setdefault(key, hit.rstrip("./"))
            piece = piece.replace(hit, " ", 1)
    return piece if _PLACE.search(piece) else _numbers(piece, found, "")


def _numbers(piece: str, found: dict[str, str], marked: str) -> str:
    for hit in _NUMBER.findall(piece):
        try:
            number = phone.parse(hit)
        except ValueError:
            continue
        key = "CELL" if phone.carrier(number) or (marked == "CELL" and "WORK" in found) else marked or "WORK"
        found.setdefault(key, phone.show(number))
        piece = piece.replace(hit, " ", 1)
    return piece


def _shaped(piece: str, found: dict[str, str]) -> None:
    """Take a piece without a mark for what its shape says."""
    if _PLACE.search(piece) and not piece.endswith(("公司", "集团")):
        found.setdefault("ADR", piece)
    elif _COMPANY.search(piece) and not (_TITLE.search(piece) and families.is_name(piece.split(maxsplit=1)[0])):
        found.setdefault("ORG", piece)
    elif (bare := re.sub(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])", "", piece)) and families.is_name(bare) and not _TITLE.search(bare):
        found.setdefault("FN", bare)
    else:
        _name_and_title(piece, found)


def _name_and_title(piece: str, found: dict[str, str]) -> None:
    """王一 销售总监, or each of them alone; a Latin name beside a Chinese one is the same person."""
    words = re.split(r"[\s,，/]+", piece)
    if words and families.is_name(words[0]) and not _TITLE.search(words[0]):
        found.setdefault("FN", words[0])
        piece = piece[piece.index(words[0]) + len(words[0]) :].strip(" ,，/")
    if _TITLE.search(piece):
        name = _LATIN_NAME.match(piece.split(",")[0]) if "," in piece else None
        if name and "FN" not in found and not _TITLE.search(name[0]):
            found["FN"], piece = name[0], piece.split(",", 1)[1].strip()
        found.setdefault("TITLE", piece)
    elif _LATIN_NAME.fullmatch(piece):
        found.setdefault("FN", piece)
