"""Names, codes and numbers of invented people and companies: plausible, valid by their checksums, and nobody's on purpose."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from random import Random

from pypinyin import lazy_pinyin
from stdnum.cn.ric import calc_check_digit as resident_digit
from stdnum.cn.uscc import calc_check_digit as uscc_digit

from guanxi.demo.words import names, places
from guanxi.kernel.china import phone, regions

_CODE = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_MOBILE_HEADS = (
    "130 131 132 135 136 137 138 139 150 151 152 155 156 157 158 159 176 177 178 180 181 182 185 186 187 188 189 191 198 199".split()
)


@dataclass(frozen=True)
class Place:
    """A district with what belongs to its city."""

    code: str
    city: str
    area: str
    district: str


class Identity:
    """Draws identities; never the same company name, credit code or mobile number twice."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.taken: set[str] = set()

    def _once(self, draw: object) -> str:
        while True:
            found = str(draw())  # type: ignore[operator]
            if found not in self.taken:
                self.taken.add(found)
                return found

    def place(self, side: str) -> Place:
        """A district of a city that the sales department of this side looks after."""
        cities = places.CITIES[side]
        code, area, _weight = self.chance.choices(cities, [c[2] for c in cities])[0]
        city = regions.get(code)
        below = regions.children(code)
        district = self.chance.choice(below) if below else city
        assert city is not None
        assert district is not None
        return Place(district.code, city.short, area, district.name)

    def brand(self) -> str:
        """An invented trade name of two characters."""
        while True:
            found = self.chance.choice(names.FIRST) + self.chance.choice(names.SECOND)
            if found not in names.UNWANTED:
                return found

    def company(self, place: Place, industry: str, brand: str) -> str:
        """杭州岫川精密机械有限公司: place, trade name, trade and legal form."""
        trades = names.TRADES[industry].split()

        def draw() -> str:
            trade = self.chance.choice(trades)
            form = self.chance.choices([f for f, _w in names.FORMS], [w for _f, w in names.FORMS])[0]
            if trade.endswith(names.BARE_ENDS):
                return f"{place.city}{brand}{trade}"
            if self.chance.random() < 0.12:
                return f"{brand}{trade}（{place.city}）{form}"
            return f"{place.city}{brand}{trade}{form}"

        return self._once(draw)

    def person(self, *, female: bool | None = None) -> tuple[str, bool]:
        """A name, and whether it is a woman's."""
        woman = self.chance.random() < 0.42 if female is None else female
        given = self.chance.choice(names.FEMALE if woman else names.MALE)
        return self.chance.choice(names.SURNAMES) + given, woman

    def uscc(self, region: str, kind: str = "91") -> str:
        """A unified social credit code with both check digits (GB 32100-2015, GB 11714-1997)."""

        def draw() -> str:
            body = "MA" + "".join(self.chance.choices(_CODE, k=6))
            total = sum(int(c, 36) * w for c, w in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
            mark = 11 - total % 11
            head = f"{kind}{region}{body}{'X' if mark == 10 else 0 if mark == 11 else mark}"
            return head + str(uscc_digit(head + "0"))

        return self._once(draw)

    def resident_id(self, region: str, *, woman: bool) -> str:
        """An ID number with its check digit (GB 11643-1999)."""
        chance = self.chance
        order = chance.randrange(50) * 2 + (0 if woman else 1)
        head = f"{region}{chance.randint(1962, 1999)}{chance.randint(1, 12):02d}{chance.randint(1, 28):02d}{order:03d}"
        return head + str(resident_digit(head + "0"))

    def mobile(self) -> str:
        """A mobile number."""
        return self._once(lambda: f"{self.chance.choice(_MOBILE_HEADS)}{self.chance.randrange(10**8):08d}")

    def landline(self, area: str) -> str:
        """A number of the city, sometimes with an extension."""
        length = 6 if area in places.SEVEN_DIGITS else 7
        while True:
            number = f"{area}-{self.chance.choice('5688')}{self.chance.randrange(10**length):0{length}d}"
            with suppress(ValueError):  # some beginnings are not given out
                phone.parse(number)
                break
        return number + (f" 转 {self.chance.randint(8001, 8066)}" if self.chance.random() < 0.08 else "")

    def spelled(self, text: str) -> str:
        """Letters for addresses: 岫川 is xiuchuan."""
        return "".join(lazy_pinyin(text)).lower()

    def street(self, place: Place) -> str:
        """Road, number and building."""
        chance = self.chance
        spot = f"{place.district}{chance.choice(places.ROADS)}{chance.randint(1, 999)}号"
        if chance.random() < 0.6:
            building = f"{chance.randint(1, 18)}{chance.choice(('号楼', '幢', '座'))}{chance.randint(1, 28)}0{chance.randint(1, 9)}室"
            spot += f"{self.brand()}{chance.choice(places.SITES)}{building}"
        return spot
