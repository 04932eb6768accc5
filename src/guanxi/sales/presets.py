"""The pool of leads with rules that are ready to be switched on: added where there is no pool of leads yet, never overwritten."""

from __future__ import annotations

import json

from guanxi.customers import presets
from guanxi.kernel import install
from guanxi.sales.entities.lead import LeadEntity

SPARED = ["status", "in", ["converted", "invalid"]]
POOL = {
    "name": "线索公海",
    "description": "没有负责人的线索都在这里，领取后即归本人跟进。",
    "rank": 1,
    "masked": ["phone", "email", "wechat"],
    "claims_a_day": 20,
    "most_held": 200,
    "cooling_days": 15,
    "warning_days": 2,
    "spared": json.dumps(SPARED),
}
RULES = (
    {"name": "新线索 7 天未跟进", "since": "follow_up", "days": 7, "where": json.dumps(["status", "is", "new"])},
    {"name": "30 天未转换", "since": "conversion", "days": 30, "where": ""},
)


def sync() -> None:
    """The pool of leads, and a pool for every lead that has no owner."""
    presets.provide(LeadEntity.instance, POOL, RULES)


install.STEPS.append(sync)

__all__ = ["sync"]
