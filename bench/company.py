"""People of the benchmark's company: 24 teams, 240 sales people, and the three whose pages are timed."""

from __future__ import annotations

from dataclasses import dataclass

TEAMS, PEOPLE = 24, 240
PASSWORD = "guanxi-bench"


@dataclass(frozen=True)
class Company:
    """Ids by which rows are dealt out."""

    owners: tuple[int, ...]
    departments: tuple[int, ...]


def create() -> Company:
    """Departments in two levels and everybody in a team; `sales` and `manager` are in the first."""
    from django.contrib.auth.hashers import make_password

    from guanxi.org.models import Assignment, Department, Role, User

    roles = {r.code: r for r in Role.objects.all()}
    root = Department.objects.create(name="总部", code="hq")
    areas = [Department.objects.create(name=f"{n}区", code=f"a{n}", parent=root) for n in range(4)]
    teams = [Department.objects.create(name=f"{n}组", code=f"t{n}", parent=areas[n % 4]) for n in range(TEAMS)]
    secret = make_password(PASSWORD)
    named = {"sales": teams[0], "manager": teams[0], "director": root}
    for login, department in named.items():
        user = User.objects.create(login=login, name=login, department=department, password=secret)
        Assignment.objects.create(user=user, role=roles[login])
    people = [User(login=f"p{n}", name=f"业务{n}", department=teams[n % TEAMS], password=secret) for n in range(PEOPLE)]
    User.objects.bulk_create(people)
    Assignment.objects.bulk_create([Assignment(user=u, role=roles["sales"]) for u in people])
    owners = [User.objects.get(login="sales"), User.objects.get(login="manager"), *people]
    return Company(tuple(u.pk for u in owners), tuple(u.department_id or 0 for u in owners))
