"""Files of the wild read to the values that they hold, or are refused with a reason."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import pytest

from guanxi.surfaces.exchange.cells import as_text
from guanxi.surfaces.exchange.reading import Refused, open_table

SPECTRUM = (
    "comma_in_quotes",
    "empty",
    "empty_crlf",
    "escaped_quotes",
    "json",
    "location_coordinates",
    "newlines",
    "newlines_crlf",
    "quotes_and_newlines",
    "simple",
    "simple_crlf",
    "utf8",
)


@pytest.fixture(scope="module")
def companies(shared_data: Path) -> list[list[str]]:
    with (shared_data / "encodings_derived" / "companies_2000.utf8.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def texts(rows, width):
    return [[as_text(cell) for cell in row] + [""] * (width - len(row)) for row in rows]


def test_every_encoding_of_two_thousand_companies_reads_to_the_same_values(shared_data, companies, rows_of):
    files = sorted((shared_data / "encodings_derived").iterdir())
    assert len(files) == 9
    for path in files:
        read = texts(rows_of(path), 7)
        if "1990rows" in path.name:
            kept = set(map(tuple, read))
            assert len(read) == 1991
            assert read == [row for row in companies if tuple(row) in kept], path.name
        else:
            assert read == companies, path.name


@pytest.mark.parametrize("name", SPECTRUM)
def test_the_csv_spectrum_reads_as_its_authors_expect(shared_data, rows_of, name):
    folder = shared_data / "csv_edge" / "csv-spectrum"
    try:
        expected = json.loads((folder / "json" / f"{name}.json").read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        expected = json.loads((folder / "json" / f"{name}.json").read_text(encoding="gb18030"))
    header, *rows = texts(rows_of(folder / "csvs" / f"{name}.csv"), 0)
    read = [dict(zip(header, row + [""] * len(header), strict=False)) for row in rows]
    expected = expected if isinstance(expected, list) else [expected]
    if name == "location_coordinates":  # Its authors changed the telephone number in one file and not in the other.
        assert read[0].pop("Contact Phone Number") != expected[0].pop("Contact Phone Number")
    assert read == expected


@pytest.mark.parametrize("name", ["test.xls", "test.xlsx"])
def test_a_workbook_reads_as_the_csv_that_csvkit_makes_of_it(shared_data, rows_of, name):
    folder = shared_data / "csv_edge" / "csvkit"
    expected = rows_of(folder / f"test{Path(name).suffix[1:]}_converted.csv")
    header, *read = rows_of(folder / name)
    assert header == expected[0][: len(header)]
    assert [list(map(spoken, row)) for row in read] == [list(map(spoken, row)) for row in expected[1:]]


def spoken(cell) -> str:
    """A value without the manner of writing it: 40 and 40.0, TRUE and True, a T before the time, the time of midnight."""
    text = as_text(cell).casefold().removesuffix(".0")
    dated = text[:4].isdigit() and text[4:5] == "-"
    return text.replace("t", " ").removesuffix(" 00:00:00") if dated else text


CSVKIT = {
    "dummy.tsv": [["a", "b", "c"], ["1", "2", "3"]],
    "dummy.xls": [["a", "b", "c"], [1, 2, 3]],
    "sniff_limit.csv": [["a", "b", "c"], ["1", "2", "3"]],
    "optional_quote_characters.csv": [["a", "b", "c"], ["1", "2", "3"]],
    "mac_newlines.csv": [["a", "b", "c"], ["1", "2", "3"], ["Once upon\ra time", "5", "6"]],
    "test_utf8_bom.csv": [["foo", "bar", "baz"], ["1", "2", "3"], ["4", "5", "ʤ"]],
    "test_utf16_big.csv": [["a", "b", "c"], ["1", "2", "3"], ["4", "5", "ʤ"]],
    "test_utf16_little.csv": [["a", "b", "c"], ["1", "2", "3"], ["4", "5", "ʤ"]],
    "test_skip_lines.csv": [[], [], [], ["a", "b", "c"], ["1", "2", "3"]],
    "test_join_short_rows.csv": [["a", "b", "c"], ["1", "cat"], ["dog", "c"], ["3", "b", "c"]],
    "test_no_leading_zeroes.csv": [["a", "b", "c"], ["01", "00.11", "0.1"]],
    "test_locale.csv": [["a", "b", "c"], ["1,7", "200.000.000"]],
    "blanks.csv": [["a", "b", "c", "d", "e", "f"], [None, "NA", "N/A", "NONE", "NULL", "."]],
}


@pytest.mark.parametrize("name", CSVKIT)
def test_the_odd_files_of_csvkit_read_as_a_person_would(shared_data, rows_of, name):
    assert rows_of(shared_data / "csv_edge" / "csvkit" / name) == CSVKIT[name]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("empty.csv", "empty"),
        ("null_byte.csv", "NUL"),
        ("test_latin1.csv", "UTF-8"),
        ("dummy.csv.gz", "archive"),
        ("dummy.csv.bz2", "archive"),
        ("testjson.json", "not a table"),
        ("testdbf.dbf", "UTF-8|NUL"),
    ],
)
def test_the_impossible_files_of_csvkit_are_refused(shared_data, rows_of, name, reason):
    with pytest.raises(Refused, match=reason):
        rows_of(shared_data / "csv_edge" / "csvkit" / name)


def test_every_workbook_of_the_parsers_own_tests_is_read_or_refused(shared_data):
    refused = {}
    folder = shared_data / "xlsx_edge" / "calamine"
    for path in sorted(folder.iterdir()):
        try:
            with open_table(path, name=path.name) as table:
                assert table.sheets, path.name
                for sheet in table.sheets[:2]:
                    for row in table.rows(sheet):
                        assert row == [] or row[-1] is not None, path.name
        except Refused as refusal:
            refused[path.name] = refusal.reason
    assert set(refused) == {"pass_protected.ods", "pass_protected.xlsb", "pass_protected.xlsx"}
    assert all("password" in reason for reason in refused.values())


@pytest.mark.parametrize("name", ["date.xlsx", "date.xls", "date.xlsb", "date.ods", "date_1904.xlsx", "date_iso.xlsx"])
def test_dates_are_dates_in_every_format(shared_data, rows_of, name):
    assert rows_of(shared_data / "xlsx_edge" / "calamine" / name)[0][0] == date(2021, 1, 1)


def test_workbooks_hold_whole_numbers_text_and_row_numbers_as_excel_shows_them(shared_data, rows_of):
    folder = shared_data / "xlsx_edge" / "calamine"
    assert rows_of(folder / "string-ref.xlsx")[1] == ["-8086931554011838357"]
    assert rows_of(folder / "temperature-in-middle.xlsx")[:4] == [[], [], [], [None, "label", "value"]]
    assert rows_of(folder / "inventory-table.xlsx")[1] == [1, "Apple", 50]
    assert rows_of(folder / "sheet_name_parsing.xls")[0][0] == "Titel"
