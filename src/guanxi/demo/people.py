"""Who works at the demo company."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from guanxi.demo import staff as staff_list
from guanxi.demo.size import Size
from guanxi.kernel import versions
from guanxi.org import actors, directory
from guanxi.org.models import Assignment, Department, FieldRight, Role, User

PASSWORD = "guanxi-demo"

#: code → name, code of the department above, login of its head.
DEPARTMENTS = {
    "company": ("云帆科技", "", "director"),
    "sales": ("销售中心", "company", "director"),
    "east": ("华东一部", "sales", "manager"),
    "south": ("华南二部", "sales", "luozq"),
    "service": ("客服部", "company", "service"),
    "finance": ("市场财务部", "company", "finance"),
}


@dataclass(frozen=True)
class Employee:
    """A person of the company; `share` is his weight among the owners of customers."""

    login: str
    name: str
    role: str
    department: str
    title: str
    manager: str = ""
    share: float = 0.0


LOGINS = (
    Employee("admin", "周启明", "admin", "company", "系统管理员"),
    Employee("director", "沈国栋", "director", "sales", "销售总监", share=0.16),
    Employee("business", "林书瑶", "business", "company", "业务管理员", "director"),
    Employee("manager", "顾晓峰", "manager", "east", "华东一部经理", "director", share=0.3),
    Employee("sales", "陈默", "sales", "east", "高级客户经理", "manager", share=1.0),
    Employee("sales2", "梁嘉怡", "sales", "south", "客户经理", "luozq", share=0.75),
    Employee("finance", "许静怡", "finance", "finance", "财务主管", "director"),
    Employee("service", "何雨桐", "service", "service", "客服主管", "director"),
    Employee("readonly", "方致远", "readonly", "company", "内审顾问", "director"),
)
SELLERS = (
    Employee("luozq", "罗志强", "manager", "south", "华南二部经理", "director", share=0.4),
    Employee("tangyq", "唐雅琴", "sales", "east", "高级客户经理", "manager", share=2.6),
    Employee("wuhx", "吴海鑫", "sales", "south", "高级客户经理", "luozq", share=2.2),
    Employee("jiangcy", "蒋承毅", "sales", "east", "客户经理", "manager", share=1.3),
    Employee("fengsq", "冯思琪", "sales", "south", "客户经理", "luozq", share=1.1),
    Employee("luwj", "陆文杰", "sales", "east", "客户经理", "manager", share=0.7),
    Employee("huangzx", "黄子轩", "sales", "south", "客户经理", "luozq", share=0.6),
    Employee("yuanmm", "袁梦", "sales", "east", "客户经理", "manager", share=0.5),
    Employee("denghr", "邓浩然", "sales", "south", "客户经理", "luozq", share=0.45),
    Employee("shenyl", "盛一鸣", "sales", "east", "客户经理", "manager", share=0.4),
    Employee("hejx", "贺佳欣", "sales", "south", "客户经理", "luozq", share=0.35),
    Employee("taozy", "陶泽宇", "sales", "east", "客户代表", "manager", share=0.3),
    Employee("qiurx", "邱若曦", "sales", "south", "客户代表", "luozq", share=0.3),
    Employee("mojl", "莫建良", "sales", "south", "客户代表", "luozq", share=0.25),
    Employee("xiaty", "夏天宇", "sales", "east", "客户代表", "manager", share=0.2),
    Employee("gongxy", "龚晓雯", "sales", "east", "见习客户代表", "manager", share=0.12),
    Employee("miaoqq", "苗青青", "service", "service", "客服专员", "service"),
    Employee("songzx", "宋知夏", "marketing", "finance", "市场专员", "director"),
)

#: What two roles may not see, so that masking and hiding can be seen at work.
FIELD_RIGHTS = (
    ("readonly", "customers.customer", "phone", "masked"),
    ("readonly", "customers.contact", "mobile", "masked"),
    ("readonly", "sales.lead", "phone", "masked"),
    ("service", "sales.opportunity", "amount", "hidden"),
)


def employees(size: Size) -> list[Employee]:
    """Everybody of a company of this size."""
    return [*LOGINS, *SELLERS[: size.sellers]]


def hire(size: Size) -> dict[str, User]:
    """Create departments, people, roles and field rights; returns people by login."""
    staff = employees(size)
    departments = _departments(size)
    password = make_password(PASSWORD)
    people = {
        each.login: User(
            login=each.login,
            name=each.name,
            department=departments[each.department if each.department in departments else "company"],
            title=each.title,
            email=f"{each.login}@yunfan.example",
            password=password,
            demo=True,
        )
        for each in staff
    }
    User.objects.bulk_create(people.values())
    _report(staff, people)
    _lead(departments, people)
    roles = {role.code: role for role in Role.objects.all()}
    Assignment.objects.bulk_create([Assignment(user=people[each.login], role=roles[each.role]) for each in staff])
    FieldRight.objects.bulk_create([FieldRight(role=roles[r], entity=e, field=f, right=right) for r, e, f, right in FIELD_RIGHTS])
    versions.bump("access")
    directory.clear()
    actors.forget()
    staff_list.employ(people, departments, size)
    return people


def _departments(size: Size) -> dict[str, Department]:
    made: dict[str, Department] = {}
    for position, code in enumerate(size.departments):
        name, above, _head = DEPARTMENTS[code]
        parent = made.get(above) or made.get("company")
        made[code] = Department.objects.create(name=name, code=code, parent=parent, position=position)
    return made


def _report(staff: Iterable[Employee], people: dict[str, User]) -> None:
    changed = []
    for each in staff:
        if each.manager:
            person = people[each.login]
            person.manager = people.get(each.manager) or people["director"]
            changed.append(person)
    User.objects.bulk_update(changed, ["manager"])


def _lead(departments: dict[str, Department], people: dict[str, User]) -> None:
    for code, department in departments.items():
        department.head = people.get(DEPARTMENTS[code][2])
        department.save(update_fields=["head"])
