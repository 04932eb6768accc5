"""Pinyin: words decide readings, surnames have their own, and names sort as in a telephone book."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanxi.kernel.china.pinyin import SORT_KEY_LENGTH, initials, sort_key, syllables
from guanxi.kernel.china.surnames import COMPOUND, SINGLE


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("重庆银行", "chong qing yin hang"),
        ("重工商行", "zhong gong shang hang"),
        ("厦门大厦", "xia men da sha"),
        ("六安长兴台州丽水乐清", "lu an chang xing tai zhou li shui yue qing"),
        ("长沙会计", "chang sha kuai ji"),
        ("吕女士", "lv nv shi"),
        ("ＡＢＣ科技", "abc ke ji"),
        ("3M（中国）", "3m zhong guo"),
        ("Blue Harbor", "blue harbor"),
        ("。，", ""),
        ("", ""),
    ],
)
def test_a_word_decides_how_its_characters_are_read(text: str, spoken: str) -> None:
    assert syllables(text) == spoken.split()


@pytest.mark.parametrize(
    ("name", "spoken"),
    [
        ("单雄信", "shan xiong xin"),
        ("曾国藩", "zeng guo fan"),
        ("解缙", "xie jin"),
        ("仇英", "qiu ying"),
        ("查良镛", "zha liang yong"),
        ("尉迟恭", "yu chi gong"),
        ("万俟卨", "mo qi xie"),
        ("任我行", "ren wo xing"),
        ("张三", "zhang san"),
    ],
)
def test_a_surname_is_read_as_a_surname(name: str, spoken: str) -> None:
    assert syllables(name, surname=True) == spoken.split()


def test_outside_a_persons_name_the_usual_reading_stands() -> None:
    assert syllables("单位") == ["dan", "wei"]
    assert syllables("曾经") == ["ceng", "jing"]


def test_initials_keep_latin_words_whole() -> None:
    assert initials("杭州云深智能科技") == "hzysznkj"
    assert initials("ABC科技360") == "abckj360"


def test_names_sort_as_in_a_telephone_book() -> None:
    book = ["360安全", "阿里", "Apple", "艾米", "汪峰", "王安", "王伟", "西安", "先锋", "张三", "章子", "Zoo"]
    assert sorted(book, key=sort_key) == ["360安全", "Apple", "阿里", "艾米", "汪峰", "王安", "王伟", "西安", "先锋", "Zoo", "张三", "章子"]


def test_people_sort_by_how_their_surname_is_read() -> None:
    assert sort_key("单雄信", surname=True) > sort_key("任我行", surname=True) > sort_key("单雄信")


@given(st.text(max_size=200))
def test_a_sort_key_is_bounded_and_repeatable(text: str) -> None:
    assert len(sort_key(text)) <= SORT_KEY_LENGTH
    assert sort_key(text) == sort_key(text)
    assert "\x00" not in sort_key(text)


@given(st.text(alphabet="云深智能科技杭州重庆银行长安乐清行", max_size=20))
def test_every_character_has_one_syllable(text: str) -> None:
    assert len(syllables(text)) == len(initials(text)) == len(text)


def test_every_rare_surname_of_the_list_is_known(shared_data: Path) -> None:
    table = (shared_data / "cn_names" / "surname_pinyin_overtrue.txt").read_text(encoding="utf-8")
    marks = str.maketrans("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ", "aaaaeeeeiiiioooouuuuvvvv")
    expected = {
        name: reading.translate(marks).split() for name, _, reading in (line.partition(": ") for line in table.splitlines()) if reading
    }
    # The list's readings that the Xiandai Hanyu Cidian does not have: 粘 阿 and the like agree, these are its slips.
    doubtful = {"的", "蓝", "思", "於"}
    wrong = {
        name: syllables(name, surname=True)
        for name, reading in expected.items()
        if name not in doubtful and syllables(name, surname=True) != reading
    }
    assert wrong == {}


def test_the_tables_of_surnames_are_whole() -> None:
    assert all(len(name) == 1 and reading[-1] in "12345" for name, reading in SINGLE.items())
    assert all(len(name) == 2 and sum(char in "12345" for char in reading) == 2 for name, reading in COMPOUND.items())
