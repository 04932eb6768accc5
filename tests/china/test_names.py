"""Company names: two spellings of one company meet, two companies do not."""

from __future__ import annotations

import csv
from collections import defaultdict
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanxi.kernel.china.names import SAME, candidates_keys, core, normalise, same

PAIRS = Path(__file__).with_name("company_pairs.csv")


@pytest.fixture(scope="module")
def pairs() -> list[tuple[str, str, bool]]:
    with PAIRS.open(encoding="utf-8", newline="") as file:
        return [(row["a"], row["b"], row["same"] == "1") for row in csv.DictReader(file)]


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("浙江省杭州市云深智能科技有限公司", "杭州云深智能科技"),
        ("杭州雲深智能科技（集团）股份有限公司", "杭州云深智能科技"),
        ("云深智能科技（杭州市）有限公司", "云深智能科技杭州"),
        ("浙江云深科技有限公司", "浙江云深科技"),
        ("浙江省金华市义乌市云深饰品厂", "义乌云深饰品厂"),
        ("余杭区云深餐饮店", "杭州余杭云深餐饮店"),
        ("中国云深银行股份有限公司杭州市西湖支行", "中国云深银行杭州西湖支行"),
        ("上海云深投资中心（有限合伙）", "上海云深投资中心"),
        ("ＡＢＣ（中国）有限公司", "abc中国"),
        ("Yunshen Technology Co., Ltd.", "yunshentechnology"),
        ("有限公司", "有限公司"),
        ("杭州", "杭州"),
        ("", ""),
    ],
)
def test_the_key_keeps_what_tells_companies_apart(name: str, key: str) -> None:
    assert normalise(name) == key


def test_the_core_is_trade_name_and_trade() -> None:
    assert core("浙江省杭州市云深智能科技（集团）有限公司上海分公司") == "云深智能科技"


def test_a_branch_is_neither_its_head_office_nor_another_branch() -> None:
    head = "杭州云深科技有限公司"
    assert same(head + "上海分公司", head) < SAME
    assert same(head + "上海分公司", head + "北京分公司") < SAME
    assert same(head + "上海市分公司", "杭州市云深科技有限责任公司（上海）分公司") >= SAME


def test_a_slip_is_forgiven_in_the_trade_but_not_in_the_trade_name() -> None:
    assert same("杭州云深文化传媒有限公司", "杭州云深文化传煤有限公司") >= SAME
    assert same("杭州宏达文化传媒有限公司", "杭州鸿达文化传媒有限公司") < SAME
    assert same("杭州云深电器有限公司", "杭州云深电气有限公司") < SAME
    assert same("杭州五金鸿科技有限公司", "杭州伍金鸿科技有限公司") < SAME


def test_labelled_pairs_are_decided_rightly(pairs: list[tuple[str, str, bool]]) -> None:
    assert len(pairs) >= 300
    decided = [(same(a, b) >= SAME, truth) for a, b, truth in pairs]
    right = sum(said and truth for said, truth in decided)
    recall = right / sum(truth for _, truth in decided)
    precision = right / sum(said for said, _ in decided)
    assert recall >= 0.98
    assert precision >= 0.95


def test_the_order_of_two_names_does_not_matter(pairs: list[tuple[str, str, bool]]) -> None:
    assert [(a, b) for a, b, _ in pairs if same(a, b) != same(b, a)] == []


def test_a_key_finds_every_pair_that_would_be_reported(pairs: list[tuple[str, str, bool]]) -> None:
    reported = [(a, b) for a, b, _ in pairs if same(a, b) >= SAME]
    assert [(a, b) for a, b in reported if not set(candidates_keys(a)) & set(candidates_keys(b))] == []


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_two_texts_have_a_score(a: str, b: str) -> None:
    assert 0 <= same(a, b) == same(b, a) <= 1
    assert same(a, a) == 1


def test_registered_companies_are_all_told_apart(companies: list[dict[str, str]]) -> None:
    names = sorted({row["企业名称"] for row in companies})
    assert len({normalise(name) for name in names}) == len(names)
    blocks: dict[str, list[str]] = defaultdict(list)
    for name in names:
        for key in candidates_keys(name):
            blocks[key].append(name)
    candidates = {pair for block in blocks.values() for pair in combinations(block, 2)}
    collisions = [pair for pair in candidates if same(*pair) >= SAME]
    assert len(collisions) <= len(names) // 10_000, collisions
