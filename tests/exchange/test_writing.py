"""What leaves as a file comes back as it was, and harms nobody who opens it."""

from __future__ import annotations

import tempfile
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from guanxi.surfaces.exchange.cells import as_text, trimmed
from guanxi.surfaces.exchange.formulas import neutralise, restore
from guanxi.surfaces.exchange.reading import open_table
from guanxi.surfaces.exchange.writing import write_csv, write_errors, write_xlsx

RISKY = ["=1+1", "+86 138", "-1", "@SUM(A1)", "\tx", "\rx", "'=1", "''=1", "=cmd|' /C calc'!A0"]

texts = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0\ufffe\uffff"), max_size=40)
days = st.dates(date(1900, 3, 1), date(9999, 12, 31))
cells = st.one_of(
    st.none(),
    texts,
    st.sampled_from(RISKY),
    st.booleans(),
    st.integers(),
    st.decimals(allow_nan=False, allow_infinity=False, places=6),
    st.floats(-1e307, 1e307).map(lambda number: float(f"{number:.15g}")),
    days,
    st.datetimes(datetime(1900, 3, 1), datetime(9999, 12, 31)).map(lambda moment: moment.replace(microsecond=0)),
    st.times().map(lambda clock: clock.replace(microsecond=0)),
)
tables = st.lists(st.lists(cells, min_size=3, max_size=3), max_size=6)


def read_back(path: Path):
    with open_table(path, name=path.name) as table:
        return [row for sheet in table.sheets for row in table.rows(sheet)]


def meaning(cell) -> str:
    """The value however it is held: a midnight is its day, a number its fifteen digits, and blank text nothing."""
    if isinstance(cell, datetime) and cell.time() == time():
        return as_text(cell.date())
    if isinstance(cell, (int, float, Decimal)) and not isinstance(cell, bool):
        number = Decimal(str(cell))
        return format(number.normalize(), "f") if number else "0"
    return as_text(cell)


def meanings(rows):
    return [[meaning(cell) for cell in trimmed(row)] for row in rows]


def without_blank_end(rows):
    rows = list(rows)
    while rows and not rows[-1]:
        rows.pop()
    return rows


@given(st.one_of(texts, st.from_regex(r"'*[=+\-@\t\r].*")))
def test_neutralising_is_undone_exactly(text):
    assert restore(neutralise(text)) == text
    assert not neutralise(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@given(tables)
@example([[None, False, None], [None, datetime(2000, 1, 1), None]])
@settings(max_examples=40, deadline=None)
def test_a_workbook_comes_back_with_the_values_that_went_into_it(rows):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "out.xlsx"
        assert write_xlsx(path, ["甲", "乙", "丙"], rows) == len(rows)
        header, *read = read_back(path)
    assert header == ["甲", "乙", "丙"]
    assert _numbers_aside(meanings(read)) == _numbers_aside(without_blank_end(meanings(rows)))


def _numbers_aside(rows):
    """Numeric texts compare by value: 1E+20 and its digits are one number."""
    return [[_number_or_text(text) for text in row] for row in rows]


def _number_or_text(text: str) -> object:
    try:
        return float(Decimal(text))
    except ArithmeticError:
        return text


@given(tables)
@settings(max_examples=60, deadline=None)
def test_a_text_file_comes_back_with_the_texts_of_its_values(rows):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "out.csv"
        write_csv(path, ["甲", "乙", "丙"], rows)
        read = read_back(path)[1:]
    expected = [trimmed([as_text(cell) for cell in row]) for row in rows]
    assert read == without_blank_end(expected)


@pytest.mark.parametrize("write", [write_xlsx, write_csv])
def test_nothing_that_a_customer_typed_is_run_by_a_spreadsheet(tmp_path, write):
    path = tmp_path / f"out.{write.__name__[6:]}"
    write(path, ["=1+1", "b"], [[text, 1] for text in RISKY])
    raw = shown(path)
    assert not any(text.startswith(("=", "+", "-", "@", "\t", "\r")) for text in raw)
    assert [row[0] for row in read_back(path)] == ["=1+1", *RISKY]


def shown(path: Path) -> list[str]:
    """First cells as another program reads them."""
    if path.suffix == ".csv":
        import csv

        with path.open(encoding="utf-8-sig", newline="") as file:
            return [row[0] for row in csv.reader(file)]
    return [str(row[0].value) for row in load_workbook(path).active.iter_rows()]


def test_dates_are_dates_and_numbers_are_numbers_in_excel(tmp_path):
    path = tmp_path / "out.xlsx"
    moment = datetime(2024, 2, 29, 9, 30)
    write_xlsx(
        path, ["day", "moment", "amount", "code"], [[date(2024, 2, 29), moment, Decimal("1234.50"), Decimal("12345678901234567.89")]]
    )
    day, at, amount, code = next(load_workbook(path).active.iter_rows(min_row=2))
    assert (day.value, day.number_format) == (datetime(2024, 2, 29), "yyyy-mm-dd")
    assert (at.value, at.number_format) == (moment, "yyyy-mm-dd hh:mm:ss")
    assert amount.value == 1234.5
    assert code.value == "12345678901234567.89"


@pytest.mark.parametrize(
    ("value", "kept"), [(1.7976931348623157e308, "1.7976931348623157e+308"), (float("nan"), None), (float("inf"), None)]
)
def test_a_number_beyond_excel_is_text_and_what_is_no_number_is_empty(tmp_path, value, kept):
    write_xlsx(tmp_path / "out.xlsx", ["a", "b"], [[value, "x"]])
    assert read_back(tmp_path / "out.xlsx")[1] == [kept, "x"]


def test_a_credit_card_number_keeps_its_last_digits(tmp_path):
    write_xlsx(tmp_path / "out.xlsx", ["n"], [[6222020200012345678]])
    assert read_back(tmp_path / "out.xlsx")[1] == ["6222020200012345678"]


def test_a_column_of_dates_and_other_things_loses_none_of_them(tmp_path):
    values = [date(2024, 1, 1), 5, True, datetime(2024, 1, 1, 8, 5), None, "春节", 0.5]
    write_xlsx(tmp_path / "out.xlsx", ["x", "y"], [[value, "·"] for value in values])
    assert [row[0] for row in read_back(tmp_path / "out.xlsx")[1:]] == ["2024-01-01", 5, True, "2024-01-01 08:05:00", None, "春节", 0.5]


def test_days_among_moments_keep_the_moments_clock(tmp_path):
    write_xlsx(tmp_path / "out.xlsx", ["x"], [[date(2024, 1, 1)], [datetime(2024, 1, 1, 8, 5)]])
    assert read_back(tmp_path / "out.xlsx")[1:] == [[date(2024, 1, 1)], [datetime(2024, 1, 1, 8, 5)]]


def test_more_rows_than_a_sheet_holds_go_on_with_the_header_on_the_next(tmp_path):
    path = tmp_path / "out.xlsx"
    assert write_xlsx(path, ["n"], ([n] for n in range(25)), sheet="客户", sheet_rows=11) == 25
    with open_table(path, name="out.xlsx") as table:
        assert table.sheets == ("客户", "客户 2", "客户 3")
        sheets = [list(table.rows(sheet)) for sheet in table.sheets]
    assert [len(rows) for rows in sheets] == [11, 11, 6]
    assert [rows[0] for rows in sheets] == [["n"]] * 3
    assert [row[0] for rows in sheets for row in rows[1:]] == list(range(25))


def test_a_full_sheet_is_not_followed_by_an_empty_one(tmp_path):
    write_xlsx(tmp_path / "out.xlsx", ["n"], ([n] for n in range(10)), sheet_rows=11)
    with open_table(tmp_path / "out.xlsx", name="out.xlsx") as table:
        assert len(table.sheets) == 1


@pytest.mark.parametrize("write", [write_xlsx, write_csv])
def test_a_file_without_rows_still_has_its_header(tmp_path, write):
    path = tmp_path / "out"
    assert write(path, ["名称", "电话"], []) == 0
    assert read_back(path) == [["名称", "电话"]]


def test_headers_that_repeat_stay_apart(tmp_path):
    write_xlsx(tmp_path / "out.xlsx", ["电话", "电话"], [[1, 2]])
    assert read_back(tmp_path / "out.xlsx") == [["电话", "电话 (2)"], [1, 2]]


def test_a_text_longer_than_a_cell_is_cut_and_shows_it(tmp_path):
    write_xlsx(tmp_path / "out.xlsx", ["x"], [["好" * 40_000], ["😀" * 20_000]])
    _header, long, emoji = read_back(tmp_path / "out.xlsx")
    assert long[0] == "好" * 32_766 + "…"
    assert emoji[0] == "😀" * 16_383 + "…"


def test_a_failure_half_way_is_the_callers_and_not_hidden(tmp_path):
    def rows():
        yield [1]
        raise LookupError("gone")

    with pytest.raises(LookupError, match="gone"):
        write_xlsx(tmp_path / "out.xlsx", ["n"], rows())


def test_rows_with_errors_come_back_with_the_reason_and_can_be_imported_again(tmp_path):
    path = tmp_path / "errors.xlsx"
    wrong = [(["甲", None, "=x"], "电话不对"), (["乙"], "名称重复")]
    assert write_errors(path, ["名称", "电话", "备注"], wrong) == 2
    header, first, second = read_back(path)
    assert header[:3] == ["名称", "电话", "备注"]
    assert (first, second) == (["甲", None, "=x", "电话不对"], ["乙", None, None, "名称重复"])
