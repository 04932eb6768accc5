"""People give themselves a picture; colleagues see it beside the name, and nothing of the file but the picture is kept."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from guanxi.kernel.actor import Actor
from guanxi.kernel.registry import registry
from guanxi.org import pictures
from guanxi.org.models import Operation, User
from tests import samples
from tests.people import Cast, forget
from tests.security.dealers import House, house  # noqa: F401 - a fixture

Desk = Callable[[Actor], Client]
CUSTOMER = registry.get("customers.customer")


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def drawn(size: tuple[int, int] = (60, 40), form: str = "PNG", colour: Any = "teal", **more: Any) -> bytes:
    """A picture of one colour."""
    body = BytesIO()
    Image.new("RGBA" if form == "PNG" else "RGB", size, colour).save(body, form, **more)
    return body.getvalue()


def give(desk: Any, body: bytes, part: str = "middle") -> Any:
    return desk.post("/settings/picture/", {"picture": SimpleUploadedFile("me.html", body, "text/html"), "part": part})


def address(actor: Actor) -> str:
    """Of the picture that somebody has now."""
    return f"/_picture/{actor.id}/{User.objects.get(pk=actor.id).picture}/"


def shown(desk: Any, actor: Actor) -> Image.Image:
    answer = desk.get(address(actor))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in answer["Cache-Control"]
    return Image.open(BytesIO(b"".join(answer.streaming_content)))


@pytest.mark.feature("USR-13")
@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_picture_is_cut_to_a_square_and_stands_wherever_the_person_does(cast: Cast, at_desk: Desk, form: str) -> None:
    desk: Any = at_desk(cast.owner)
    record = samples.make(CUSTOMER, actor=cast.owner)
    assert give(desk, drawn(form=form)).status_code == 302
    assert shown(desk, cast.owner).size == (pictures.SIDE, pictures.SIDE)
    mark = f'src="{address(cast.owner)}"'
    boss: Any = at_desk(cast.director)
    for page in ("/settings/", "/"):
        assert mark in desk.get(page).content.decode(), page
    for page in ("/customers/?view=all", f"/customers/{record.id}/"):
        assert mark in boss.get(page).content.decode(), page
    before = address(cast.owner)
    assert give(desk, drawn(colour="red")).status_code == 302
    assert address(cast.owner) != before
    assert desk.get(before).status_code == 404
    assert mark not in boss.get("/customers/?view=all").content.decode()
    assert desk.post("/settings/picture/", {"remove": "1"}).status_code == 302
    assert "/_picture/" not in boss.get("/customers/?view=all").content.decode()


def test_the_part_that_one_chose_stays_and_a_photograph_lies_as_it_was_taken(cast: Cast, at_desk: Desk) -> None:
    desk: Any = at_desk(cast.owner)
    half = Image.new("RGB", (100, 40), "red")
    half.paste("blue", (50, 0, 100, 40))
    body = BytesIO()
    half.save(body, "PNG")
    for part, strong in (("start", 0), ("end", 2)):
        give(desk, body.getvalue(), part)
        colour: Any = shown(desk, cast.owner).getpixel((128, 128))
        assert colour[strong] > 200, part
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "where I live"  # turned by a quarter; a description
    half.save(body := BytesIO(), "JPEG", exif=exif, quality=95)
    give(desk, body.getvalue(), "start")
    picture = shown(desk, cast.owner)
    top: Any = picture.getpixel((128, 20))
    assert top[0] > 200
    assert not picture.getexif()
    assert b"where I live" not in b"".join(desk.get(address(cast.owner)).streaming_content)


def huge() -> bytes:
    """A PNG that says it has 64 million pixels and holds none."""
    head = struct.pack(">IIBBBBB", 8_000, 8_000, 8, 6, 0, 0, 0)
    chunk = lambda name, data: struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


HOSTILE = {
    "nothing": b"",
    "page": b"<html><script>alert(1)</script></html>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "cut off": drawn()[:60],
    "bitmap": b"BM" + b"\0" * 60,
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "too many pixels": huge(),
    "too large": b"\xff\xd8\xff" + b"\0" * (pictures.LARGEST + 1),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_file_that_is_no_picture_is_refused_with_a_sentence(cast: Cast, at_desk: Desk, folder: Path, case: str) -> None:
    desk: Any = at_desk(cast.owner)
    answer = give(desk, HOSTILE[case])
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert User.objects.get(pk=cast.owner.id).picture == ""
    assert not list(folder.rglob("*.jpg"))


def test_what_is_hidden_behind_a_picture_is_not_kept(cast: Cast, at_desk: Desk, folder: Path) -> None:
    give(at_desk(cast.owner), drawn(form="GIF") + b"<script>alert(1)</script>")
    (kept,) = folder.rglob("*.jpg")
    assert b"script" not in kept.read_bytes()


def test_the_former_picture_is_deleted_and_no_trail_speaks_of_it(
    cast: Cast, at_desk: Desk, folder: Path, django_capture_on_commit_callbacks: Any
) -> None:
    desk: Any = at_desk(cast.owner)
    before = Operation.objects.count()
    for colour in ("red", "blue"):
        with django_capture_on_commit_callbacks(execute=True):
            give(desk, drawn(colour=colour))
    assert len(list(folder.rglob("*.jpg"))) == 1
    with django_capture_on_commit_callbacks(execute=True):
        desk.post("/settings/picture/", {"remove": "1"})
    assert not list(folder.rglob("*.jpg"))
    assert Operation.objects.count() == before


def test_strangers_and_guesses_get_nothing(cast: Cast, at_desk: Desk) -> None:
    desk: Any = at_desk(cast.owner)
    give(desk, drawn())
    assert Client().get(address(cast.owner)).status_code == 302
    for guess in (f"/_picture/{cast.owner.id}/{'0' * 32}/", address(cast.owner).replace(str(cast.owner.id), str(cast.mate.id), 1)):
        assert desk.get(guess).status_code == 404
    assert desk.get(f"/_picture/{cast.owner.id}/..%2f..%2fx/").status_code == 404


@pytest.mark.feature("SEC-13")
def test_a_dealer_sees_no_picture_of_another_company(house: House) -> None:  # noqa: F811
    for who in (house.cast.owner, house["s-sales"], house["n-lead"]):
        give(house.desk(who), drawn())
    browser: Any = house.desk(house["n-sales"])
    assert [browser.get(address(a)).status_code for a in (house["n-lead"], house["s-sales"], house.cast.owner)] == [200, 404, 404]
    assert house.desk(house.cast.owner).get(address(house["s-sales"])).status_code == 200


def test_many_people_cost_no_query_more_with_pictures(cast: Cast, at_desk: Desk) -> None:
    actors = (cast.owner, cast.mate, cast.stranger, cast.manager)
    for actor in actors:
        samples.make(CUSTOMER, actor=actor)
    desk: Any = at_desk(cast.director)

    def cost() -> int:
        desk.get("/customers/?view=all")
        with CaptureQueriesContext(connection) as queries:
            page = desk.get("/customers/?view=all").content.decode()
        assert page.count("/_picture/") == (0 if not given else len(actors))
        return len(queries)

    given = False
    plain = cost()
    for actor in actors:
        give(at_desk(actor), drawn())
    given = True
    forget()
    assert cost() == plain
