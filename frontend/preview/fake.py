"""An invented company to draw the kit with."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

MENU = [
    (
        "",
        [
            ("home", "/", "layout-dashboard", "工作台"),
            ("calendar", "/calendar/", "calendar-event", "日程"),
            ("todo", "/todo/", "checklist", "待办"),
            ("approvals", "/approvals/", "git-pull-request", "审批"),
        ],
    ),
    (
        "客户",
        [
            ("customers", "/customers/", "building", "客户"),
            ("contacts", "/contacts/", "address-book", "联系人"),
            ("leads", "/leads/", "target-arrow", "线索"),
            ("pool", "/pool/", "ripple", "公海"),
        ],
    ),
    (
        "销售",
        [
            ("opportunities", "/opportunities/", "filter-dollar", "商机"),
            ("quotes", "/quotes/", "file-dollar", "报价"),
            ("contracts", "/contracts/", "signature", "合同"),
            ("orders", "/orders/", "shopping-cart", "订单"),
            ("receipts", "/receipts/", "coin-yuan", "回款"),
            ("products", "/products/", "package", "产品"),
        ],
    ),
    (
        "服务与营销",
        [
            ("tickets", "/tickets/", "headset", "服务工单"),
            ("care", "/care/", "heart-handshake", "客户关怀"),
            ("campaigns", "/campaigns/", "speakerphone", "市场活动"),
            ("members", "/members/", "id-badge-2", "会员"),
        ],
    ),
    ("洞察", [("reports", "/reports/", "chart-histogram", "报表"), ("analysis", "/analysis/", "chart-dots-3", "客户分析")]),
]
PAGES = {
    "/": "home.html",
    "/customers/": "list.html",
    "/opportunities/": "board.html",
    "/form/": "form.html",
    "/settings/": "settings.html",
}
BARE = {"/login/": "ui/login.html"}
FRAGMENTS = {
    "/_search/": "hits.html",
    "/_pick/customers/": "options.html",
    "/_pick/people/": "options.html",
    "/contacts/new/": "quick.html",
    "/_similar/": "similar.html",
}
ROWS = [
    (
        "杭州云深智能科技有限公司",
        "重点",
        "v",
        "签约客户",
        "g",
        "制造业",
        "浙江 杭州",
        "王雅婷",
        "138****6021",
        "今天 14:00",
        "",
        "¥1,286,000",
        "陈默",
        "2 小时前",
    ),
    (
        "深圳市海纳供应链管理有限公司",
        "A",
        "b",
        "跟进中",
        "b",
        "物流",
        "广东 深圳",
        "赵启明",
        "139****0417",
        "昨天",
        "due",
        "¥420,000",
        "陈默",
        "昨天 17:20",
    ),
    (
        "北京启元教育咨询有限公司",
        "B",
        "",
        "跟进中",
        "b",
        "教育",
        "北京 海淀",
        "李思源",
        "186****9932",
        "11-24 周二",
        "",
        "¥96,000",
        "周楠",
        "昨天 10:05",
    ),
    (
        "苏州恒泽精密制造股份有限公司",
        "重点",
        "v",
        "签约客户",
        "g",
        "制造业",
        "江苏 苏州",
        "吴建国",
        "137****5588",
        "11-25 周三",
        "",
        "¥3,450,000",
        "陈默",
        "3 天前",
    ),
    (
        "成都蜀味餐饮管理有限公司",
        "C",
        "",
        "潜在客户",
        "a",
        "餐饮",
        "四川 成都",
        "何倩",
        "158****7710",
        "逾期 4 天",
        "due",
        "—",
        "孙悦",
        "9 天前",
    ),
    (
        "武汉光谷生物医药有限公司",
        "A",
        "b",
        "跟进中",
        "b",
        "医药",
        "湖北 武汉",
        "刘志远",
        "133****2046",
        "11-27 周五",
        "",
        "¥760,000",
        "周楠",
        "4 天前",
    ),
    (
        "宁波远航国际贸易有限公司",
        "B",
        "",
        "签约客户",
        "g",
        "外贸",
        "浙江 宁波",
        "Emily Chen",
        "+44 ****2210",
        "12-01 周二",
        "",
        "US$58,200",
        "孙悦",
        "5 天前",
    ),
    (
        "上海申联融资租赁有限公司",
        "A",
        "b",
        "流失预警",
        "r",
        "金融",
        "上海 浦东",
        "顾文博",
        "150****3391",
        "逾期 12 天",
        "due",
        "¥1,020,000",
        "陈默",
        "36 天前",
    ),
    (
        "西安古都文化旅游发展有限公司(陕西省文化旅游投资集团控股子公司)",
        "C",
        "",
        "潜在客户",
        "a",
        "旅游",
        "陕西 西安",
        "马晓",
        "177****8004",
        "—",
        "",
        "—",
        "周楠",
        "6 天前",
    ),
    (
        "青岛蓝湾海洋装备有限公司",
        "B",
        "",
        "跟进中",
        "b",
        "制造业",
        "山东 青岛",
        "孙立军",
        "189****1276",
        "11-30 周一",
        "",
        "¥238,500",
        "孙悦",
        "1 周前",
    ),
    (
        "厦门鹭岛软件开发有限公司",
        "B",
        "",
        "签约客户",
        "g",
        "软件",
        "福建 厦门",
        "林佳",
        "136****4470",
        "12-03 周四",
        "",
        "¥184,000",
        "陈默",
        "1 周前",
    ),
    (
        "长沙星火传媒有限公司",
        "C",
        "",
        "跟进中",
        "b",
        "传媒",
        "湖南 长沙",
        "彭宇",
        "135****9087",
        "12-04 周五",
        "",
        "¥35,000",
        "周楠",
        "2 周前",
    ),
]
KEYS = (
    "name",
    "level",
    "level_tone",
    "status",
    "status_tone",
    "industry",
    "place",
    "contact",
    "phone",
    "next",
    "next_cls",
    "amount",
    "owner",
    "updated",
)
TODOS = [
    ("14:00", "", "报价", "b", "给云深智能发送正式报价", "杭州云深智能科技有限公司", "file-dollar"),
    ("16:30", "", "电话", "b", "回访固件升级效果", "青岛蓝湾海洋装备有限公司", "phone"),
    ("逾期 4 天", "due", "拜访", "v", "门店巡店与续签沟通", "成都蜀味餐饮管理有限公司", "map-pin"),
    ("逾期 12 天", "due", "回款", "a", "催收第二期款 ¥86,000", "上海申联融资租赁有限公司", "coin-yuan"),
    ("明天", "", "方案", "b", "提交 MES 接口说明", "苏州恒泽精密制造股份有限公司", "note"),
]
BOARD = [
    (
        1,
        "验证客户",
        "20% · 7 个",
        "¥1,420,000",
        [
            ("光谷生物 GMP 车间监控", "武汉光谷生物医药有限公司", "¥760,000", "12-30", "周", "", ""),
            ("海纳仓储 RFID 试点", "深圳市海纳供应链管理有限公司", "¥420,000", "12-22", "陈", "", ""),
        ],
    ),
    (
        2,
        "需求分析",
        "40% · 5 个",
        "¥986,000",
        [
            ("年度维保续签", "杭州云深智能科技有限公司", "¥180,000", "12-30", "陈", "", ""),
            ("甲板设备状态监测", "青岛蓝湾海洋装备有限公司", "¥238,500", "12-28", "孙", "停留 21 天", "a"),
            ("校区门禁一体化", "北京启元教育咨询有限公司", "¥96,000", "01-08", "周", "", ""),
        ],
    ),
    (
        3,
        "方案报价",
        "60% · 4 个",
        "¥4,842,000",
        [
            ("二期产线传感网改造", "杭州云深智能科技有限公司", "¥1,106,000", "12-18", "陈", "", ""),
            ("恒泽精密五轴线 MES", "苏州恒泽精密制造股份有限公司", "¥3,450,000", "12-25", "陈", "", ""),
        ],
    ),
    (
        4,
        "谈判审核",
        "80% · 2 个",
        "¥1,204,000",
        [("融资租赁资产追踪", "上海申联融资租赁有限公司", "¥1,020,000", "12-10", "陈", "停留 36 天", "a")],
    ),
    (5, "赢单", "100% · 11 个", "¥6,310,000", [("鹭岛研发云桌面", "厦门鹭岛软件开发有限公司", "¥184,000", "11-20", "陈", "已成交", "g")]),
]
FUNNEL = [
    {"label": "验证客户", "value": 100, "text": "¥142万 · 7", "url": "#"},
    {"label": "需求分析", "value": 78, "text": "¥99万 · 5"},
    {"label": "方案报价", "value": 60, "text": "¥484万 · 4"},
    {"label": "谈判审核", "value": 40, "text": "¥120万 · 2"},
    {"label": "赢单", "value": 26, "text": "¥631万 · 11", "won": True},
]
RANKING = [
    {"label": name, "value": value, "text": f"¥{value}万"}
    for name, value in (("陈默", 236), ("孙悦", 158), ("周楠", 121), ("何青", 74), ("吴迪", 42))
]


def _ops(**words: str) -> list[dict[str, str]]:
    return [{"value": value, "label": label} for value, label in words.items()]


def _pairs(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"value": value, "label": label} for value, label in pairs]


FIELDS = [
    {
        "key": "level",
        "label": "级别",
        "control": "text",
        "operators": _ops(**{"in": "属于", "empty": "为空"}),
        "options": _pairs(("key", "重点"), ("A", "A"), ("B", "B"), ("C", "C")),
    },
    {"key": "name", "label": "客户名称", "control": "text", "operators": _ops(**{"contains": "包含", "in": "属于", "empty": "为空"})},
    {"key": "amount", "label": "在途金额", "control": "number", "operators": _ops(between="介于", gt="大于")},
    {
        "key": "next",
        "label": "下次跟进",
        "control": "date",
        "operators": _ops(**{"is": "在", "before": "早于", "between": "介于"}),
        "periods": _pairs(("today", "今日"), ("this_week", "本周"), ("this_month", "本月")),
    },
    {
        "key": "owner",
        "label": "负责人",
        "control": "text",
        "operators": _ops(**{"is": "是", "in": "属于"}),
        "options": _pairs(("me", "我"), *((str(n), f"员工{n}") for n in range(1, 20))),
    },
    {
        "key": "customer",
        "label": "上级客户",
        "control": "text",
        "operators": _ops(**{"is": "是", "in": "属于"}),
        "pick": "/_pick/customers/",
    },
]


def _catalogue() -> dict[str, str]:
    """The pairs proposed for the Chinese catalogue, when they are at hand."""
    found: dict[str, str] = {}
    for path in (
        Path(__file__).resolve().parents[2] / "src/guanxi/locale/zh_Hans/LC_MESSAGES/django.po",
        Path(__file__).resolve().parents[2] / "var/po/frontend.po",
    ):
        if path.exists():
            found.update(dict(re.findall(r'msgid "(.+)"\nmsgstr "(.+)"', path.read_text())))
    return found


WORDS = _catalogue()


def translate(text: str) -> str:
    return WORDS.get(text, text)


def shell_context(path: str = "/") -> dict[str, Any]:
    """What the shell and the preview's pages are given."""
    menu = [
        {
            "label": label,
            "items": [
                {"slug": slug, "url": url, "icon": icon, "label": name, "active": path == url or (url != "/" and path.startswith(url))}
                for slug, url, icon, name in items
            ],
        }
        for label, items in MENU
    ]
    return {
        "actor": {"name": "林岚", "department": "华东销售部"},
        "menu": menu,
        "page_title": "客户",
        "lang": "zh-hans",
        "theme": "light",
        "csrf_token": "t0k3n",
        "csp_nonce": "preview",
        "can_phone": True,
        "dock": [menu[0]["items"][0], menu[1]["items"][0], menu[2]["items"][0]],
        "quick_create": [
            {"slug": slug, "label": label, "icon": icon, "url": "/contacts/new/"}
            for slug, label, icon in (
                ("customers", "客户", "building"),
                ("contacts", "联系人", "address-book"),
                ("opportunities", "商机", "filter-dollar"),
                ("followups", "跟进", "note"),
            )
        ],
        "rows": [dict(zip(KEYS, row, strict=True)) for row in ROWS],
        "todos": TODOS,
        "board": BOARD,
        "funnel_rows": FUNNEL,
        "ranking": RANKING,
        "fields": FIELDS,
        "toasts": [],
        "logins": [
            {"login": login, "label": label}
            for login, label in (("sales", "销售"), ("manager", "销售经理"), ("director", "销售总监"), ("admin", "系统管理员"))
        ],
    }
