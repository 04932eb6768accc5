"""How other programs call what they export, where their words alone would lead elsewhere or nowhere.

The names of fields are those in the public sources of these programs: the fields that WukongCRM 11 sets up (`wk_crm_field`
of its database script), the form definition of Cordys CRM (`form/field.json`), and the English labels and keys of EspoCRM's
CRM module (`i18n/en_US`). No real export of any of them was seen: a file may bear other headings, and then the usual guess
decides. A preset proposes; who imports sees every pair and changes it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Preset:
    """One kind of record of one program: `marks` are headings that together tell its files from others."""

    program: str
    slug: str
    marks: frozenset[str]
    fields: Mapping[str, str]


def _preset(program: str, slug: str, marks: str, fields: Mapping[str, str]) -> Preset:
    return Preset(program, slug, frozenset(marks.split("|")), fields)


_WUKONG_REACH = {"邮箱": "email", "备注": "remark", "下次联系时间": "next_follow_up_at"}
_NAME = {"Name": "name", "name": "name"}
_ESPO = {**_NAME, "Email": "email", "emailAddress": "email", "Description": "remark", "description": "remark"}
_ESPO_ADDRESS = {"Address": "address", "address": "address"}
PRESETS: tuple[Preset, ...] = (
    _preset(
        "WukongCRM",
        "customers",
        "客户级别|下次联系时间",
        {
            **_WUKONG_REACH,
            "客户名称": "name",
            "客户来源": "source",
            "电话": "phone",
            "网址": "website",
            "客户行业": "industry",
            "客户级别": "level",
        },
    ),
    _preset(
        "WukongCRM",
        "leads",
        "线索名称|线索来源|下次联系时间",
        {**_WUKONG_REACH, "线索名称": "name", "线索来源": "source", "手机": "phone", "地址": "address", "客户行业": "industry"},
    ),
    _preset(
        "WukongCRM",
        "contacts",
        "是否关键决策人",
        {
            **{"姓名": "name", "客户名称": "customer", "手机": "mobile", "电话": "phone", "邮箱": "email"},
            **{"职务": "title", "地址": "address", "备注": "remark", "性别": "gender"},
        },
    ),
    _preset(
        "Cordys CRM",
        "customers",
        "客户等级|线上来源详情",
        {
            **{"客户名称": "name", "客户行业": "industry", "客户等级": "level", "客户类型": "type", "客户来源": "source"},
            **{"客户标签": "tags", "地区": "region", "负责人": "owner"},
        },
    ),
    _preset(
        "Cordys CRM",
        "leads",
        "线索进度|联系人电话",
        {
            **{"公司名称": "name", "线索来源": "source", "客户需求": "requirement", "联系人名称": "contact", "联系人电话": "phone"},
            **{"地区": "region", "负责人": "owner"},
        },
    ),
    _preset(
        "Cordys CRM",
        "opportunities",
        "可能性|意向产品|结束时间",
        {
            **{"商机名称": "name", "客户名称": "customer", "金额": "amount", "意向产品": "product", "结束时间": "expected_on"},
            **{"可能性": "probability", "联系人": "contacts", "负责人": "owner"},
        },
    ),
    *(
        _preset("EspoCRM", slug, marks, {**(_NAME if slug == "opportunities" else _ESPO), **fields})
        for slug, kinds, fields in (
            (
                "customers",
                ("Sic Code|Industry", "sicCode|industry"),
                {
                    **{"Website": "website", "website": "website", "Phone": "phone", "phoneNumber": "phone", "Industry": "industry"},
                    **{"industry": "industry", "Type": "type", "type": "type", "Billing Address": "address", "billingAddress": "address"},
                },
            ),
            (
                "contacts",
                ("Account|Do Not Call", "account|doNotCall"),
                {
                    **{"Title": "title", "title": "title", "Account": "customer", "account": "customer"},
                    **{"Phone": "mobile", "phoneNumber": "mobile", **_ESPO_ADDRESS},
                },
            ),
            (
                "opportunities",
                ("Close Date|Lead Source|Stage", "closeDate|leadSource|stage"),
                {
                    **{"Account": "customer", "account": "customer", "Stage": "stage", "stage": "stage", "Amount": "amount"},
                    **{"amount": "amount", "Probability": "probability", "probability": "probability", "Close Date": "expected_on"},
                    **{"closeDate": "expected_on", "Description": "requirement", "description": "requirement"},
                },
            ),
            (
                "leads",
                ("Account Name|Do Not Call", "accountName|doNotCall"),
                {
                    **{"Name": "contact", "name": "contact", "Account Name": "name", "accountName": "name", "Title": "title"},
                    **{"title": "title", "Phone": "phone", "phoneNumber": "phone", "Source": "source", "source": "source", **_ESPO_ADDRESS},
                },
            ),
        )
        for marks in kinds
    ),
)


def recognised(slug: str, headers: Sequence[str], bare: Callable[[str], str]) -> Preset | None:
    """The preset all of whose marks stand in the headings, if there is one."""
    found = {bare(header) for header in headers}
    return next((p for p in PRESETS if p.slug == slug and {bare(mark) for mark in p.marks} <= found), None)


def pairs(preset: Preset, headers: Sequence[str], bare: Callable[[str], str]) -> dict[int, str]:
    """Field by column, each field once."""
    fields = {bare(heading): field for heading, field in preset.fields.items()}
    found: dict[int, str] = {}
    for column, header in enumerate(headers):
        field = fields.get(bare(header), "")
        if field and field not in found.values():
            found[column] = field
    return found


__all__ = ["PRESETS", "Preset", "pairs", "recognised"]
