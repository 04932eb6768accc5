"""Whatever happened to a file on its way, it is read or refused; nothing else."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from guanxi.surfaces.exchange.reading import Refused, open_table

SAMPLES = ("companies_2000_1990rows.xlsx", "companies_2000.gb18030.csv", "companies_2000.utf16le_bom.csv")
BOOKS = ("date.xlsx", "date.xls", "date.xlsb", "date.ods", "merge_cells.xls", "optional_records.xls", "picture.xlsx")


def outcome(path: Path) -> str:
    try:
        with open_table(path, name=path.name) as table:
            for sheet in table.sheets:
                for row in table.rows(sheet):
                    assert len(row) <= 1024
    except Refused as refusal:
        return "refused" if refusal.reason else "refused without a reason"
    return "read"


def variants(content: bytes, chance: random.Random, *, count: int):
    """Cut, overwritten here and there, doubled, or with a hole."""
    for number in range(count):
        place = chance.randrange(1, len(content))
        if number % 4 == 0:
            yield content[:place]
        elif number % 4 == 1:
            noisy = bytearray(content)
            for _ in range(chance.randrange(1, 40)):
                noisy[chance.randrange(len(noisy))] = chance.randrange(256)
            yield bytes(noisy)
        elif number % 4 == 2:
            yield content[:place] + content[place + chance.randrange(1, 4096) :]
        else:
            yield content[:place] + chance.randbytes(64) + content[place:]


@pytest.mark.parametrize("name", SAMPLES + BOOKS)
def test_a_damaged_file_is_read_or_refused(shared_data, tmp_path, name):
    folder = shared_data / ("encodings_derived" if name in SAMPLES else "xlsx_edge/calamine")
    content = (folder / name).read_bytes()
    chance = random.Random(name)
    for number, broken in enumerate(variants(content, chance, count=8)):
        path = tmp_path / str(number)
        path.write_bytes(broken)
        assert outcome(path) in ("read", "refused")


def test_noise_is_refused_or_read_as_text(tmp_path):
    chance = random.Random(7)
    for head in (b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xff\xfe", b"\xef\xbb\xbf"):
        path = tmp_path / "noise"
        path.write_bytes(head + chance.randbytes(20_000))
        assert outcome(path) == "refused"
