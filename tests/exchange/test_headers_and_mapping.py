"""The person who imports finds the columns named and mapped, and corrects at most a few."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from guanxi.surfaces.exchange.cells import Cell
from guanxi.surfaces.exchange.likeness import likeness
from guanxi.surfaces.exchange.mapping import column_samples, guess_mapping
from guanxi.surfaces.exchange.reading.headers import column_letter, guess_header, header_names


@dataclass
class Field:
    key: str
    label_zh: str
    label_en: str
    kind: str = "text"
    aliases: Sequence[str] = ()

    def looks_like(self, samples: Sequence[Cell]) -> float:
        return likeness(self.kind, samples)


CUSTOMER = (
    Field("name", "名称", "Name"),
    Field("uscc", "统一社会信用代码", "Unified social credit code", "uscc"),
    Field("phone", "电话", "Phone", "phone"),
    Field("email", "邮箱", "E-mail", "email"),
    Field("website", "网址", "Website", "url"),
    Field("founded_on", "成立日期", "Founded on", "date"),
    Field("region", "地区", "Region"),
    Field("address", "地址", "Address"),
    Field("level", "客户级别", "Level", "choice"),
    Field("owner", "负责人", "Owner", "person"),
    Field("note", "备注", "Note"),
)


def mapped(headers, rows=()):
    guesses = guess_mapping(headers, column_samples(rows, width=len(headers)), CUSTOMER)
    return {headers[column]: guess.field for column, guess in guesses.items()}


@pytest.mark.parametrize(
    ("rows", "index"),
    [
        ([["名称", "电话"], ["甲", "138"]], 0),
        ([["2024年客户清单"], [], ["名称", "电话", "地址"], ["甲", 1, "x"]], 2),
        ([["导出时间：2024-01-01", None, None, "共 3 条"], ["名称", "电话", "地址", "备注"], ["甲", 1, "x"]], 1),
        ([[], [], ["a", "b"], ["1", "2"]], 2),
        ([["1", "2"], ["3", "4"]], -1),
        ([["13800006021", "2024-01-05", "王一"], ["13800006022", "2024-01-06", "李二"]], -1),
        ([["公司", "联系方式", None], ["公司", "电话", "邮箱"], ["甲", "138", "a@b.cn"]], 1),
        ([["公司", "电话", "电话"], ["甲", "138", "139"]], 0),
        ([[None, "label", "value"], [None, "x", 1]], 0),
        ([], 0),
    ],
)
def test_the_header_is_found_below_titles_and_blank_rows(rows, index):
    assert guess_header(rows) == index


def test_every_column_has_a_name_of_its_own():
    assert header_names(["姓名 ", None, "姓名", "电\n话", "姓名", ""], width=7) == [
        "姓名", "Column B", "姓名 (2)", "电 话", "姓名 (3)", "Column F", "Column G",
    ]  # fmt: skip


def test_columns_are_lettered_as_in_excel():
    assert [column_letter(index) for index in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_a_file_of_registered_companies_maps_itself():
    headers = ["企业名称", "统一社会信用代码", "注册日期", "注册资金", "所在省份", "地区", "注册地址"]
    rows = [["甲公司", "91340322MA2TF4F564", "2019-01-29", "50(万元)", "安徽", "蚌埠", "安徽省蚌埠市"]]
    assert mapped(headers, rows) == {
        "企业名称": "name",
        "统一社会信用代码": "uscc",
        "注册日期": "founded_on",
        "地区": "region",
        "注册地址": "address",
    }


def test_english_required_marks_width_and_remarks_do_not_matter():
    assert mapped(["* Company Name", "E-MAIL（必填）", "Phone Number", "ＯＷＮＥＲ"]) == {
        "* Company Name": "name",
        "E-MAIL（必填）": "email",
        "Phone Number": "phone",
        "ＯＷＮＥＲ": "owner",
    }


def test_a_column_without_a_telling_name_is_known_by_its_values():
    rows = [["x", "13800138000", "a@b.cn", "91340322MA2TF4F564"], ["y", "0571-88886666", "c@d.com", "91120106MA06HLF24Q"]]
    assert mapped(["第一列", "第二列", "第三列", "第四列"], rows) == {"第二列": "phone", "第三列": "email", "第四列": "uscc"}


def test_a_name_that_its_values_deny_counts_less_than_values_that_speak():
    rows = [["张三", "13800138000"], ["李四", "13900139000"]]
    assert mapped(["电话", "联系"], rows)["联系"] == "phone"


def test_no_field_is_given_to_two_columns_and_the_better_one_has_it():
    assert mapped(["客户联系电话", "电话"]) == {"电话": "phone"}


def test_what_resembles_nothing_is_left_to_the_person():
    assert mapped(["xyz", "", "1"], [["foo", "bar", "baz"]]) == {}


def test_an_exact_label_is_surer_than_a_synonym_and_that_than_a_part():
    def sure(header):
        return guess_mapping([header], {}, CUSTOMER)[0].confidence

    assert sure("地址") > sure("通讯地址") > sure("开票用地址")


@pytest.mark.parametrize(
    ("kind", "yes", "no"),
    [
        ("phone", ["13800138000", "+86 138 0013 8000", "(0571)88886666", "400-800-8888", 13800138000], ["甲", "2024-01-01", "12"]),
        ("email", ["a@b.cn"], ["a@b", "@"]),
        ("date", ["2024-1-2", "2024/01/02", "2024年1月2日", "20240102"], ["13800138000", "50", "春"]),
        ("money", ["1,234.50", "￥12", 5, "50万"], ["甲", "2024-01-01"]),
        ("uscc", ["91340322MA2TF4F564"], ["91340322MA2TF4F565", "1"]),
    ],
)
def test_values_tell_their_kind(kind, yes, no):
    assert likeness(kind, yes) == 1
    assert likeness(kind, no) == 0
    assert likeness(kind, [None, None]) == 0.5
