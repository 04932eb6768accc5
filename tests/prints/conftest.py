"""Somebody at a browser, as in tests/surfaces, and pictures to print."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from guanxi.kernel import write
from guanxi.kernel.registry import registry
from guanxi.surfaces.prints import shelf
from tests.people import Cast
from tests.surfaces.conftest import at_desk  # noqa: F401 - a fixture


@pytest.fixture(autouse=True)
def _afresh() -> Iterator[None]:
    shelf.clear()
    yield
    shelf.clear()


@pytest.fixture
def stamp() -> Callable[[], SimpleUploadedFile]:
    """A red ring on nothing, with a word in the file that has no business in a print."""

    def made() -> SimpleUploadedFile:
        image = Image.new("RGBA", (300, 300), (0, 0, 0, 0))
        ImageDraw.Draw(image).ellipse((10, 10, 290, 290), outline=(200, 20, 30, 255), width=14)
        body = BytesIO()
        image.save(body, "PNG", comment="secret place")
        return SimpleUploadedFile("合同专用章.png", body.getvalue(), content_type="image/png")

    return made


@pytest.fixture
def customer(cast: Cast) -> int:
    values = {
        "name": "杭州喆堃机电有限公司",
        "phone": "13812345678",
        "level": "A",
        "remark": "#eval() *粗* $x$ <b>\n第二行",
        "employees": "1200",
    }
    record = write.create(registry.get("customers.customer"), values, actor=cast.owner, door="test").id
    contact = registry.get("customers.contact")
    for name, title in (("王小明", "采购经理"), ("李四", "总经理")):
        write.create(contact, {"name": name, "title": title, "customer": record}, actor=cast.owner, door="test")
    return record
