"""Whoever reads Chinese meets Chinese everywhere, and no sentence loses the number or name it carries."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.utils import translation

from guanxi.kernel.fields.dates import WEEKDAYS_EN
from guanxi.surfaces.stream import DOORS

PACKAGE = Path(__file__).resolve().parents[2] / "src/guanxi"
CATALOGUE = PACKAGE / "locale/zh_Hans/LC_MESSAGES/django.po"
PLACE = re.compile(r"%\(\w+\)[a-z]|\{\w+\}|%%")
#: A Latin word in a Chinese text is a format, product or example that keeps its name.
KEPT = {
    *(
        "English",
        "Ctrl",
        "Alt",
        "Enter",
        "Esc",
        "USD",
        "CSV",
        "UTF",
        "GB",
        "Excel",
        "Numbers",
        "PDF",
        "XML",
        "xlsx",
        "xls",
        "ods",
        "csv",
        "tsv",
    ),
    *("JSON", "json", "application", "Authorization", "Bearer", "gx", "CNY", "limit", "ID", "I", "O", "S", "V", "Z", "X", "K", "w", "txt"),
    *("vcf", "vCard", "www", "name", "example", "com", "MB", "Idempotency", "Key", "KH", "Keycloak", "https", "login", "realms", "staff"),
    *("JPEG", "PNG", "WebP", "GIF", "Word", "docx"),
}


@pytest.fixture(scope="module")
def messages():
    with CATALOGUE.open("rb") as file:
        return [m for m in read_po(file, locale="zh_Hans") if m.id]


def texts(message):
    """The last English form and the one Chinese form."""
    source = message.id if isinstance(message.id, str) else message.id[-1]
    return source, message.string if isinstance(message.string, str) else message.string[0]


def test_every_sentence_keeps_the_names_and_numbers_it_carries(messages):
    lost = [texts(m) for m in messages if sorted(PLACE.findall(texts(m)[0])) != sorted(PLACE.findall(texts(m)[1]))]
    assert not lost


def test_no_chinese_text_is_left_half_in_english(messages):
    latin = {word for m in messages for word in re.findall(r"[A-Za-z]+", PLACE.sub("", texts(m)[1]))}
    assert latin <= KEPT


def test_chinese_sentences_use_chinese_punctuation(messages):
    odd = [texts(m)[1] for m in messages if re.search(r"[一-鿿] ?[,;?!]|[一-鿿]\.(?!\w)", PLACE.sub("", texts(m)[1]))]
    assert not odd


def test_a_weekday_is_short_enough_for_a_list(messages):
    chinese = dict(texts(m) for m in messages)
    assert [chinese[day] for day in WEEKDAYS_EN] == ["周一", "周二", "周三", "周四", "周五", "周六", "周日"]


def test_a_filter_says_jinri_and_a_date_says_jintian():
    with translation.override("zh-hans"):
        assert (translation.gettext("Today"), translation.pgettext("day", "Today")) == ("今日", "今天")


def test_the_history_names_every_door_in_words():
    sources = "".join(path.read_text() for path in PACKAGE.rglob("*.py"))
    used = set(re.findall(r'\b(?:door=|DOOR = )"(\w+)"', sources))
    assert used
    assert used <= DOORS.keys()
