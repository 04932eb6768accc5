"""Search: what people type finds the record, and what they may not read does not."""

from __future__ import annotations

import random
import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanxi.kernel.china import pinyin
from guanxi.kernel.china.tokens import CLASSES, Texts, index, keys, query, recheck, says_no_name

YUNSHEN: Texts = {
    "name": "杭州云深智能科技有限公司",
    "phone": ["+8613812346021", "0571-88881234 转 2"],
    "code": ["SO-2024-0001", "91330108MA27XXXX0K"],
    "text": "上次拜访谈到流水线改造",
}


def candidate(record: Texts, q: str, classes: tuple[str, ...] = CLASSES) -> bool:
    held = set(index(record))
    return any(held.issuperset(alternative) for alternative in query(q, classes))


def found(record: Texts, q: str, classes: tuple[str, ...] = CLASSES) -> bool:
    text = keys(record)
    return candidate(record, q, classes) and any(re.search(".*".join(map(re.escape, each.split("%"))), text) for each in recheck(q))


@pytest.mark.parametrize(
    "q",
    [
        "云深",
        "杭州云深",
        "智能",
        "杭",
        "雲深",
        "杭州　云深",
        "云深 杭州",
        "云深智能科技有限公司",
        "杭州云深智能科技有",
        "云深公司",
        "hzys",
        "HZYS",
        "ys",
        "znkj",
        "h",
        "hangzhou yunshen",
        "yunshen hangzhou",
        "hangzhouyunshen",
        "hangzhouys",
        "hzyunshen",
        "yunsh",
        "yunshenzhineng",
        "ha",
        "hang",
        "hangzh",
        "yun",
        "云深keji",
        "云深kj",
        "云深k",
        "hz云深",
        "hangzhou云深",
        "h云深",
        "6021",
        "138 1234 6021",
        "+86 138-1234-6021",
        "0571 8888",
        "(0571) 88881234",
        "88881234",
        "１３８１２３４",
        "so2024",
        "SO-2024-0001",
        "2024-0001",
        "ma27",
        "0108MA",
        "流水线",
        "拜访",
        "云深 6021",
        "yunshen 1381",
    ],
)
def test_what_people_type_finds_the_company(q: str) -> None:
    assert found(YUNSHEN, q)


@pytest.mark.parametrize(
    "q",
    [
        "云海",
        "hzyd",
        "yunhai",
        "深云",
        "9999",
        "13812346022",
        "so2025",
        "宁波",
        "云深 宁波",
        "shenzhen",
        "深圳 6021",
        "有限公司",
        "",
        " ",
        "%",
        "_",
    ],
)
def test_other_words_do_not_find_it(q: str) -> None:
    assert not found(YUNSHEN, q)


@pytest.mark.parametrize(
    ("q", "nameless"),
    [("有限公司", True), ("有限", True), ("股份", True), ("CO.,LTD", True), ("有限元", False), ("云深公司", False), ("有", False)],
)
def test_a_question_without_a_name_is_told(q: str, nameless: bool) -> None:
    assert says_no_name(q) is nameless


@pytest.mark.parametrize("name", ["曾国藩", "单雄信", "乐正绫", "任盈盈"])
def test_a_person_is_found_by_both_readings_of_the_surname(name: str) -> None:
    for surname in (True, False):
        assert found({"name": name}, "".join(pinyin.syllables(name, surname=surname)))
        assert found({"name": name}, pinyin.initials(name, surname=surname))


def test_foreign_names_are_found_by_their_words() -> None:
    record: Texts = {"name": "Blue Harbor Trading Co., Ltd."}
    assert all(found(record, q) for q in ("blue", "harbor trading", "BLUE HARBOR", "blueharbor", "trading blue", "b", "bl"))
    assert not found(record, "green")


def test_a_branch_is_found_with_and_without_the_legal_form() -> None:
    record: Texts = {"name": "杭州云深科技有限公司上海分公司"}
    assert all(found(record, q) for q in ("杭州云深科技有限公司上海分公司", "云深科技上海", "上海分公司", "yunshenkeji"))


@pytest.mark.parametrize(("q", "needed"), [("6021", "phone"), ("so2024", "code"), ("云深", "name"), ("hzys", "name"), ("流水线", "text")])
def test_a_class_the_reader_may_not_see_finds_nothing(q: str, needed: str) -> None:
    assert candidate(YUNSHEN, q, (needed,))
    assert not candidate(YUNSHEN, q, tuple(each for each in CLASSES if each != needed))


def test_an_unknown_class_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="Unknown field class"):
        index({"nmae": "云深"})


def test_tokens_fit_the_column_and_come_sorted() -> None:
    tokens = index(YUNSHEN)
    assert tokens == sorted(set(tokens))
    assert all(-(2**31) <= token < 2**31 for token in tokens)


def test_another_process_makes_the_same_tokens() -> None:
    code = "from guanxi.kernel.china.tokens import index; print(sum(index({'name': '重庆云深银行', 'phone': '13812346021', 'code': 'A-1001'})))"
    here = sum(index({"name": "重庆云深银行", "phone": "13812346021", "code": "A-1001"}))
    there = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONHASHSEED": "7", "PYTHONPATH": "src"}, capture_output=True, text=True, check=True
    )
    assert int(there.stdout) == here


def test_tokens_of_a_stored_index_never_move() -> None:
    assert index({"code": "ABC"}) == [1_375_498_585]


def test_a_long_query_stays_a_small_question() -> None:
    wordy = "hangzhou yunshen zhineng keji shanghai beijing fangan xian " * 3
    assert len(query(wordy, CLASSES)) <= 64
    assert len(recheck(wordy)) <= 96


@given(st.text(max_size=60))
def test_any_query_is_answered_and_needs_no_escaping(q: str) -> None:
    query(q, CLASSES)
    for pattern in recheck(q):
        assert all(part.isalnum() for part in pattern.split("%") if part)


@given(st.text(max_size=40), st.sampled_from(CLASSES))
def test_any_text_can_be_indexed(text: str, salt: str) -> None:
    assert index({salt: text}) == index({salt: [text]})
    assert "\x00" not in keys({salt: text})


def test_real_companies_are_found_by_any_part_of_their_name(companies: list[dict[str, str]]) -> None:
    chance = random.Random(1)
    lost = []
    for row in chance.sample(companies, 400):
        record: Texts = {"name": row["企业名称"]}
        name = "".join(filter(str.isalnum, row["企业名称"].partition("有限")[0]))
        spoken = pinyin.syllables(name)
        at = chance.randrange(max(1, len(name) - 3))
        asked = (
            row["企业名称"],
            name[at : at + 2],
            name[at : at + 3],
            pinyin.initials(name)[:4],
            "".join(spoken[:3]),
            " ".join(spoken[1:3]),
        )
        lost += [(q, row["企业名称"]) for q in asked if not found(record, q)]
    assert lost == []
