"""Where a sign-in came from: read from the tables that people download, right at every border, harmless when the file is wrong."""

from __future__ import annotations

import gzip
import logging
import random
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.test import Client
from django.utils import translation

from guanxi.kernel.actor import Actor
from guanxi.org import origins, ranges
from guanxi.org.models import User
from guanxi.surfaces.exchange.reading import open_table
from tests.people import Cast
from tests.surfaces.conftest import at_desk  # noqa: F401 - a fixture

IP2LOCATION = """"0","16777215","-","-","-","-"
"16777216","16777471","AU","Australia","Queensland","Brisbane"
"16777472","16778239","CN","China","Fujian","Fuzhou"
"3757096960","4294967295","-","-","-","-"
"""
DB_IP = """1.0.0.0,1.0.0.255,OC,AU,Queensland,"South Brisbane",-27.4748,153.017
1.0.1.0,1.0.3.255,AS,CN,Fujian,Fuzhou,26.0614,119.306
2001:250::,2001:250:ffff:ffff:ffff:ffff:ffff:ffff,AS,CN,Beijing,Beijing,39.9,116.4
"""
DB_IP_COUNTRY = "1.0.0.0,1.0.0.255,AU\n1.0.1.0,1.0.3.255,CN\n"
IP2LOCATION_6 = f""""0","281470681743359","-","-","-","-"
"{0xFFFF << 32 | 16777472}","{0xFFFF << 32 | 16778239}","CN","China","Fujian","Fuzhou"
"{int(ip_address("2001:250::"))}","{int(ip_address("2001:251::")) - 1}","CN","China","Beijing","Beijing"
"""


@pytest.fixture(autouse=True)
def english(settings: Any) -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def named(settings: Any, tmp_path: Path) -> Callable[[str | bytes], Path]:
    """GUANXI_IP_FILE names a file with this content."""

    def name(content: str | bytes) -> Path:
        path = tmp_path / "places.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        settings.GUANXI_IP_FILE = path
        return path

    return name


@pytest.mark.parametrize(
    ("table", "fujian"),
    [
        (IP2LOCATION, "China · Fujian · Fuzhou"),
        (DB_IP, "China · Fujian · Fuzhou"),
        (DB_IP_COUNTRY, "China"),
        (IP2LOCATION_6, "China · Fujian · Fuzhou"),
        ("ip_from,ip_to,country,region,city\n1.0.1.0,1.0.3.255,CN,Fujian,Fuzhou\n", "China · Fujian · Fuzhou"),
        ("\ufeff" + IP2LOCATION.replace("\n", "\r\n"), "China · Fujian · Fuzhou"),
        (gzip.compress(DB_IP.encode()), "China · Fujian · Fuzhou"),
        ("\n".join(reversed(DB_IP.strip().split("\n"))), "China · Fujian · Fuzhou"),
    ],
)
def test_each_table_that_people_download_is_understood(named: Any, table: str | bytes, fujian: str) -> None:
    named(table)
    assert [origins.place(a) for a in ("1.0.1.0", "1.0.3.255", "::ffff:1.0.2.7")] == [fujian] * 3
    assert origins.place("1.0.4.0") == ""
    assert origins.place("nonsense") == ""


@pytest.mark.parametrize("table", [DB_IP, IP2LOCATION_6])
def test_addresses_of_version_six_are_placed(named: Any, table: str) -> None:
    named(table)
    assert origins.place("2001:250::1") == "China · Beijing"
    assert origins.place("2001:250:ffff:ffff:ffff:ffff:ffff:ffff") == "China · Beijing"
    assert origins.place("2001:251::") == ""


def test_countries_are_called_as_the_reader_calls_them(named: Any) -> None:
    named(DB_IP_COUNTRY)
    with translation.override("zh-hans"):
        assert origins.place("1.0.1.1") == "中国"
        assert origins.place("10.1.2.3") == "内网"
    assert [origins.place(a) for a in ("192.168.1.9", "127.0.0.1", "fe80::1%eth0", "fd00::1")] == ["inner network"] * 4


@pytest.mark.parametrize("bits", [32, 128])
def test_any_table_in_any_order_agrees_with_looking_at_every_range(bits: int) -> None:
    chance = random.Random(7)
    borders = sorted({chance.randrange(2**bits) for _ in range(400)} | {0, 2**bits - 1})
    kept = [(a, b - 1) for a, b in zip(borders[::2], borders[1::2], strict=True) if a < b]
    found = ranges.Ranges(wide=bits == 128)
    for number, (first, last) in chance.sample(list(enumerate(kept)), len(kept)):
        found.add(first, last, number)
    found.sort()
    for first, last in kept:
        for asked in (first - 1, first, (first + last) // 2, last, last + 1):
            naive = [n for n, (a, b) in enumerate(kept) if a <= asked <= b]
            assert found.find(asked) == (naive[0] if naive else None), asked


WRONG = [
    "",
    "hello\nworld\n",
    "a,b,c\nd,e,f\n",
    "1.0.0.9,1.0.0.1,CN\n2.0.0.9,2.0.0.1,CN\n",
    b"\x1f\x8bbroken",
    b"PK\x03\x04\0\0\0",
    "x" * 10_000,
    "1.0.0.0,1.0.0.255,-\n",
]


@pytest.mark.parametrize("content", WRONG)
def test_a_wrong_file_is_said_and_costs_nothing_but_the_places(named: Any, content: Any, caplog: Any, monkeypatch: Any) -> None:
    path = named(content)
    with caplog.at_level(logging.ERROR, logger="guanxi.origins"):
        assert origins.place("1.0.1.1") == ""
        assert origins.place("10.0.0.1") == "inner network"
    assert str(path) in caplog.text
    (warning,) = [m for m in run_checks() if m.id == "guanxi.W020"]
    assert str(path) in warning.msg


def test_a_file_that_is_missing_is_a_wrong_file_and_one_that_comes_is_read(named: Any) -> None:
    path = named(DB_IP)
    path.unlink()
    assert origins.place("1.0.1.1") == ""
    assert [m.id for m in run_checks() if m.id == "guanxi.W020"] == ["guanxi.W020"]
    path.write_text(DB_IP)
    assert origins.place("1.0.1.1") == "China · Fujian · Fuzhou"
    assert not [m for m in run_checks() if m.id == "guanxi.W020"]


def test_what_is_kept_is_compact(tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    path.write_text("".join(f"{n * 256},{n * 256 + 255},CN,China,Region {n % 9},City {n % 99}\n" for n in range(65_536, 115_536)))
    atlas = ranges.read(path)
    kept = atlas.ranges[4]
    assert (len(kept), len(atlas.spots)) == (50_000, 99)
    columns = (kept.low, kept.last_low, kept.high, kept.last_high, kept.spot)
    assert sum(column.itemsize * len(column) for column in columns) == 12 * 50_000


@pytest.mark.feature("SYS-03")
def test_sign_ins_and_sessions_say_their_place(
    cast: Cast,
    at_desk: Callable[[Actor], Client],  # noqa: F811
    named: Any,
    settings: Any,
    tmp_path: Path,
) -> None:
    settings.GUANXI_TRUSTED_PROXY = True
    olivia = User.objects.get(id=cast.owner.id)
    olivia.set_password("blue-heron-77")
    olivia.language = "en"
    olivia.save()
    named(b"\0 no table")
    visitor: Any = Client(headers={"X-Forwarded-For": "1.0.1.7"})
    assert visitor.post("/login/", {"username": "olivia", "password": "blue-heron-77"}).status_code == 302
    assert "Fuzhou" not in visitor.get("/settings/sessions/").content.decode()
    named(DB_IP)
    assert "China · Fujian · Fuzhou" in visitor.get("/settings/sessions/").content.decode()
    desk: Any = at_desk(cast.admin)
    assert "China · Fujian · Fuzhou" in desk.get("/admin/arrivals/").content.decode()
    answer = desk.get("/admin/arrivals/export/")
    place = tmp_path / "back.xlsx"
    place.write_bytes(b"".join(answer.streaming_content))
    with open_table(place, name="back.xlsx") as table:
        heads, *rows = table.rows(table.sheets[0])
    assert "China · Fujian · Fuzhou" in {row[heads.index("Place")] for row in rows}
    settings.GUANXI_IP_FILE = None
    assert "Fuzhou" not in desk.get("/admin/arrivals/").content.decode()
