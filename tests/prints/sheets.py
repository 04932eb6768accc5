"""Templates of prints as the tests make them, and what stands on a print."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

from django.test import Client
from pypdf import PdfReader

from guanxi.kernel.actor import Actor
from guanxi.kernel.registry import registry
from guanxi.surfaces.prints import keeping
from guanxi.surfaces.prints.document import block, fresh
from guanxi.surfaces.prints.models import PrintTemplate
from tests.people import Cast

Desk = Callable[[Actor], Client]
CUSTOMER = registry.get("customers.customer")


def sheet(*blocks: dict[str, Any], **said: Any) -> dict[str, Any]:
    return {**fresh(), "blocks": list(blocks), **said}


def template(cast: Cast, *blocks: dict[str, Any], language: str = "zh-hans", **said: Any) -> PrintTemplate:
    return keeping.create(CUSTOMER, "测试", "", language, sheet(*blocks, **said), actor=cast.business)


def read(body: bytes) -> list[str]:
    """The text of each page, without white space, in which PDFs differ from one another."""
    return ["".join(page.extract_text().split()) for page in PdfReader(BytesIO(body)).pages]


def printed(answer: Any) -> str:
    assert answer.status_code == 200, re.findall("<p>.*?</p>", answer.content.decode())
    assert answer["Content-Type"] == "application/pdf"
    return "\f".join(read(answer.content))


EVERYTHING = (
    block("text", text="客户信息表 {{name}}", size=18, bold=True, align="center"),
    block("line"),
    block("fields", lines="{{number}}\n联系电话：{{phone}}\n{{级别}}\n人数大写: {{employees|capitals}}\n{{remark}}"),
    block("space", height=3),
    block("table", of="contacts", lines="{{name}}\n职位：{{title}}"),
    block("qr", text="https://example.com/{{number}}"),
    block("break"),
    block("text", text="附页"),
)
