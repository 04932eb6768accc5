"""Regions: a place is found as people write it, and a province holds all its counties."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanxi.kernel.china import regions


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("浙江省杭州市滨江区", "330108"),
        ("浙江 杭州 滨江", "330108"),
        ("浙江/杭州", "330100"),
        ("杭州", "330100"),
        ("330108", "330108"),
        ("3301", "330100"),
        ("３３", "330000"),
        ("北京", "110000"),
        ("北京市朝阳区", "110105"),
        ("朝阳", "211300"),
        ("吉林", "220000"),
        ("吉林吉林", "220200"),
        ("义乌", "330782"),
        ("东莞", "441900"),
        ("仙桃", "429004"),
        ("重庆忠县", "500233"),
        ("恩施", "422800"),
        ("内蒙古呼和浩特", "150100"),
        ("香港", "810000"),
        ("台湾省", "710000"),
    ],
)
def test_a_place_is_found_as_people_write_it(text: str, code: str) -> None:
    region = regions.find(text)
    assert region is not None
    assert region.code == code


@pytest.mark.parametrize("text", ["", "乌有", "朝阳区", "鼓楼区", "杭州 朝阳", "999999", "浙江省杭州市滨江区江南大道"])
def test_what_is_unknown_or_could_be_two_places_is_not_guessed(text: str) -> None:
    assert regions.find(text) is None


def test_a_code_is_shown_short_and_in_full() -> None:
    assert regions.label(330108) == "浙江 杭州 滨江"
    assert regions.label("110105") == "北京 朝阳"
    assert regions.full("330782") == "浙江省金华市义乌市"
    assert regions.label("533124") == "云南 德宏 陇川"
    assert regions.label("999999") == "999999"


@pytest.mark.parametrize(
    ("code", "bounds"),
    [
        ("33", (330000, 339999)),
        ("330000", (330000, 339999)),
        (3301, (330100, 330199)),
        (330108, (330108, 330108)),
        ("110000", (110000, 119999)),
    ],
)
def test_a_region_is_a_range_of_codes(code: str | int, bounds: tuple[int, int]) -> None:
    assert regions.within(code) == bounds


def test_districts_of_a_municipality_lie_directly_below_it() -> None:
    assert {"朝阳", "海淀"} <= {each.short for each in regions.children("110000")}
    assert [each.code for each in regions.ancestors("110105")] == ["110000"]
    assert [each.code for each in regions.ancestors("330108")] == ["330000", "330100"]
    assert len(regions.children()) == 34


def test_every_region_lies_inside_its_ancestors_and_is_found_by_its_full_name() -> None:
    for province in regions.children():
        for city in regions.children(province.code):
            for each in (city, *regions.children(city.code)):
                low, high = regions.within(province.code)
                assert low <= int(each.code) <= high
                assert regions.find(regions.full(each.code)) == each


@pytest.mark.parametrize(
    ("address", "label"),
    [
        ("浙江省杭州市滨江区江南大道588号", "浙江 杭州 滨江"),
        ("杭州西湖大道1号", "浙江 杭州"),
        ("滨江区江南大道588号", "浙江 杭州 滨江"),
        ("（310000）上海市浦东新区张江路1号", "上海 浦东"),
        ("中国浙江省慈溪市观海卫镇", "浙江 宁波 慈溪"),
        ("上海南京路1号", "上海"),
    ],
)
def test_an_address_is_placed_as_exactly_as_it_says(address: str, label: str) -> None:
    code = regions.locate(address)
    assert code is not None
    assert regions.label(code) == label


def test_an_address_without_a_place_is_nowhere() -> None:
    assert regions.locate("科技园3号楼") is None


@given(st.text(max_size=40))
def test_any_text_is_a_place_or_none(text: str) -> None:
    found, code = regions.find(text), regions.locate(text)
    assert found is None or regions.get(found.code) == found
    assert code is None or regions.get(code) is not None


def test_real_addresses_lie_in_their_province(companies: list[dict[str, str]]) -> None:
    placed = agreed = 0
    for row in companies[:3_000]:
        province, code = regions.find(row["所在省份"]), regions.locate(row["注册地址"])
        if province and code:
            placed += 1
            agreed += code.startswith(province.stem)
    assert placed > 2_900
    assert agreed / placed > 0.98
