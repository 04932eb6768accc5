"""A sales person's text file is read whatever program wrote it."""

from __future__ import annotations

import pytest

from guanxi.surfaces.exchange.reading import Refused

NAMES = "客户名称,电话\n杭州云深,0571-88886666\n"
READ = [["客户名称", "电话"], ["杭州云深", "0571-88886666"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb2312", "gb18030", "utf-16"])
def test_a_short_chinese_file_reads_the_same_in_every_encoding(file_of, rows_of, encoding):
    assert rows_of(file_of(NAMES.encode(encoding))) == READ


def test_utf_16_is_read_in_either_byte_order(file_of, rows_of):
    assert rows_of(file_of(b"\xfe\xff" + NAMES.encode("utf-16-be"))) == READ
    assert rows_of(file_of(b"\xff\xfe" + NAMES.encode("utf-16-le"))) == READ


def test_a_rare_character_of_gb18030_is_kept(file_of, rows_of):
    assert rows_of(file_of("姓名,手机\n𠮷田,13800000000\n".encode("gb18030")))[1][0] == "𠮷田"


def test_a_mark_inside_the_file_does_not_hide_gbk(file_of, rows_of):
    """The first megabyte is plain ASCII; only a later row tells UTF-8 from GBK."""
    text = "name,phone\n" + "abc,123\n" * 150_000 + "杭州,1\n"
    assert rows_of(file_of(text.encode("gbk")))[-1] == ["杭州", "1"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_usual_delimiter_is_found(file_of, rows_of, delimiter):
    text = f"公司{delimiter}地址\n甲,乙;丙{delimiter}x\n丁{delimiter}y\n"
    quoted = text.replace("甲,乙;丙", '"甲,乙;丙"')
    assert rows_of(file_of(quoted.encode())) == [["公司", "地址"], ["甲,乙;丙", "x"], ["丁", "y"]]


def test_the_declaration_that_excel_writes_is_obeyed_and_is_no_row(file_of, rows_of):
    assert rows_of(file_of(b"sep=;\r\na;b,c\r\n1;2,3\r\n")) == [["a", "b,c"], ["1", "2,3"]]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_will_do_and_a_cell_may_hold_lines(file_of, rows_of, end):
    text = end.join(["a,b", '"one', 'two",2', "3,4", ""])
    assert rows_of(file_of(text.encode())) == [["a", "b"], [f"one{end}two", "2"], ["3", "4"]]


def test_blank_rows_keep_the_numbering_and_those_at_the_end_are_nothing(file_of, rows_of):
    assert rows_of(file_of(b"\n\na,b\n,,\n1,2\n\n,\n\n")) == [[], [], ["a", "b"], [], ["1", "2"]]


def test_ragged_rows_stay_as_long_as_they_are(file_of, rows_of):
    assert rows_of(file_of(b"a,b,c\n1\n1,2,3,4\n,2,,\n")) == [["a", "b", "c"], ["1"], ["1", "2", "3", "4"], [None, "2"]]


def test_doubled_quotes_and_leading_zeros_survive(file_of, rows_of):
    assert rows_of(file_of(b'code,said\n007,"a ""big"" one"\n')) == [["code", "said"], ["007", 'a "big" one']]


def test_a_quote_inside_a_plain_cell_is_just_a_character(file_of, rows_of):
    assert rows_of(file_of('name,size\n屏幕,15" wide\n'.encode())) == [["name", "size"], ["屏幕", '15" wide']]


def test_a_quote_that_is_never_closed_is_refused_with_its_line(file_of, rows_of):
    with pytest.raises(Refused, match="At line 3 "):
        rows_of(file_of(b'a,b\n1,2\n"3,4\n5,6\n7,8\n'))


def test_a_quote_that_swallows_a_long_file_is_refused(file_of, rows_of):
    with pytest.raises(Refused, match="quotation mark"):
        rows_of(file_of(b'a,b\n"3,4\n' + b"5,6\n" * 50_000))


def test_the_same_rows_can_be_read_twice(file_of):
    from guanxi.surfaces.exchange.reading import open_table

    with open_table(file_of(NAMES.encode("gbk")), name="客户.csv") as table:
        assert table.sheets == ("客户",)
        assert list(table.rows()) == list(table.rows()) == READ


def test_a_cell_guarded_against_formulas_comes_in_as_it_was(file_of, rows_of):
    assert rows_of(file_of(b"a,b\n'=1+1,''=x\n'quoted','\n")) == [["a", "b"], ["=1+1", "'=x"], ["'quoted'", "'"]]
