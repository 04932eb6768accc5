"""Follow-ups in words: sentences chosen by mode and phase, their slots filled for this customer."""

from __future__ import annotations

from random import Random

from guanxi.demo.cast import Client, Contact
from guanxi.demo.words import talk


class Words:
    """Writes as a sales person does: who, what, and what comes next."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance

    def fill(self, sentence: str, client: Client, contact: Contact | None = None, *, product: str = "", minutes: int = 0) -> str:
        """A sentence with its slots filled."""
        chance = self.chance
        industry = client.industry
        pains = talk.PAINS.get(industry, "").split() + talk.COMMON_PAINS
        return sentence.format(
            who=self.who(contact, client),
            minutes=minutes or chance.randint(3, 25),
            colleague=chance.choice(("工程师小赵", "售前老孙", "实施组小林", "技术支持小何", "产品经理")),
            spot=chance.choice(talk.SPOTS.get(industry, "办公室 会议室 机房").split()),
            site=chance.choice(("分厂", "新厂区", "外地分公司", "二号园区", "新门店", "异地仓")) if industry != "it" else "分公司",
            people=chance.randint(2, 6),
            visits=chance.randint(2, 5),
            product=product or chance.choice(talk.PRODUCTS[industry].split()),
            event=chance.choice(talk.EVENTS),
            old=chance.choice(talk.OLD),
            when=chance.choice(talk.WHENS),
            count=chance.choice((8, 12, 16, 20, 24, 30, 36, 45, 60, 80, 120, 150)),
            unit=talk.UNITS[industry],
            pain=chance.choice(pains),
            role=chance.choice(talk.ROLES),
            source=chance.choice(("展会", "官网", "老客户介绍", "搜索", "电话咨询", "广告")),
            staff=client.values.get("employees", 20),
            concern=chance.choice(talk.CONCERNS),
            strength=chance.choice(talk.STRENGTHS),
            amount=max(1, round(client.weight * chance.uniform(0.6, 1.5) / 1_000) / 10),
            days=chance.choice((3, 5, 7, 10, 14, 15, 30, 45, 60)),
            weekday=chance.choice("二三四五"),
            discount=chance.choice((7, 8)),
            discount2=chance.choice((85, 88, 9)),
        )

    def who(self, contact: Contact | None, client: Client) -> str:
        """王经理, 李总, or the whole name."""
        if contact is None:
            return "对方" if not client.values.get("person") else "客户"
        name, title = contact.values["name"], contact.values["title"]
        if self.chance.random() < 0.3:
            return str(name)
        short = "总" if "总" in title or "董事" in title or "CEO" in title or "厂长" in title else "主任" if "主任" in title else "经理"
        if "工程" in title:
            short = "工"
        elif "会计" in title or "出纳" in title or "专员" in title or "前台" in title:
            return str(name)
        return f"{name[0]}{short}"

    def summary(self, mode: str, phase: str, client: Client, contact: Contact | None, *, product: str, minutes: int) -> str:
        """Opening, topic and sometimes an ending."""
        chance = self.chance
        sentence = chance.choice(talk.OPENINGS[mode]) + chance.choice(talk.TOPICS[phase]) + chance.choice(talk.ENDINGS)
        return self.fill(sentence, client, contact, product=product, minutes=minutes)
