"""A dealer of the demo company: a company of its own with the four roles of its people, and the VIP customers they look after."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.hashers import make_password

from guanxi.demo.people import PASSWORD
from guanxi.demo.telling import CUSTOMER, DOOR, FOLLOW_UP
from guanxi.kernel import clock, versions, write
from guanxi.org import actors, directory
from guanxi.org.models import Assignment, Department, Role, User
from guanxi.people import hiring

NAME, SHOP = "江北酒业（经销商）", "江北门店"
#: login, name, role, job title, login of the manager, whether in the shop.
STAFF = (
    ("dealer-admin", "韩雪松", "dealer-admin", "用户管理员", "", False),
    ("dealer-manager", "曹立群", "dealer-manager", "品推经理", "", False),
    ("dealer-lead", "魏明月", "dealer-lead", "品推主管", "dealer-manager", False),
    ("dealer-sales", "丁小北", "dealer-sales", "品推专员", "dealer-lead", True),
)
#: Owner → VIP customers: name, phone, what was last spoken of.
CLIENTS = {
    "dealer-sales": (
        ("江北宴会中心", "13805141001", "婚宴用酒，秋季主推礼盒装"),
        ("望江楼大酒店", "13805141002", "约好下周品鉴会，二十人"),
        ("苏成栋", "13805141003", "老客户，偏好陈酿，中秋送礼"),
        ("金陵商会", "13805141004", "年会用酒五十箱，等报价"),
    ),
    "dealer-lead": (
        ("江浦国际会议中心", "13805141005", "会议用酒年度协议，谈到付款条件"),
        ("薛万里", "13805141006", "藏酒客户，想看封坛酒"),
    ),
    "dealer-manager": (("滨江集团", "13805141007", "集团接待用酒，总经理亲自品鉴"),),
}
#: What the supervisor finds among his reviews.
WAITING = "浦口迎宾馆"


def add() -> None:
    """All of it, after everything else of the demo."""
    people = _hire()
    versions.bump("access")
    directory.clear()
    actors.forget()
    hiring.adopt()
    for login, rows in CLIENTS.items():
        actor = actors.resolve(people[login]).at_once()
        for place, (name, phone, talk) in enumerate(rows):
            with clock.frozen(clock.now() - timedelta(days=3 * place + 2)):
                given = {"name": name, "phone": phone, "tags": ["vip"], "level": "A", "source": "promotion"}
                customer = write.create(CUSTOMER, given, actor=actor, door=DOOR)
                write.create(FOLLOW_UP, {"summary": talk, "mode": "call", "customer": customer.id}, actor=actor, door=DOOR)
    write.create(
        CUSTOMER, {"name": WAITING, "phone": "13805141008", "tags": ["vip"]}, actor=actors.resolve(people["dealer-sales"]), door="web"
    )


def _hire() -> dict[str, User]:
    above = Department.objects.get(code="company")
    root = Department.objects.create(name=NAME, code="dealer", parent=above, position=90, company=True)
    shop = Department.objects.create(name=SHOP, code="dealer-shop", parent=root)
    password, people, roles = make_password(PASSWORD), dict[str, User](), {role.code: role for role in Role.objects.all()}
    for login, name, role, title, manager, in_shop in STAFF:
        people[login] = User.objects.create(
            login=login, name=name, title=title, email=f"{login}@jiangbei.example", password=password, demo=True,
            department=shop if in_shop else root, manager=people.get(manager),
        )  # fmt: skip
        Assignment.objects.create(user=people[login], role=roles[role])
    root.head = people["dealer-manager"]
    root.save(update_fields=["head"])
    return people
