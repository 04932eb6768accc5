"""What is asked and said before somebody is a customer; `{product}`, `{count}`, `{unit}` and `{site}` are filled by `demo.talking`."""

# ruff: noqa: E501 - a bank of sentences reads best as a bank

from __future__ import annotations

NEEDS = (
    "想了解{product}，大约 {count} {unit}，先要一份报价。", "网上看到{product}的案例，问能不能在{site}先试一个点。", "展位上留了名片，对{product}感兴趣，希望上门讲一次。",
    "在对比三家，要求本周内给{product}的方案和价格。", "目前用{old}，{pain}，想换。", "老客户介绍，{site}要上{product}。",
)  # fmt: skip
PROJECTS = ("智能化工程", "能耗监测改造项目", "新建厂房弱电工程", "园区数字化一期", "机房改造项目", "冷链监控项目")
ASKED = (
    "电话打通，对方确认有需求，{when}再约时间细谈。", "加了微信，发了{product}资料。", "对方在开会，约{when}回电。", "聊了十分钟，{role}负责此事，预算还没批。",
    "发了案例，对方说要和领导汇报。", "确认 {count} {unit}，{pain}，是我们的典型场景。", "两次未接，已发短信。",
)  # fmt: skip
NOTES = ("号码是空号。", "学生做调研。", "对方是推销保险的。", "和另一条线索重复。", "公司已搬走，没有需求。")
