"""Departments, teams and positions leave as a workbook and come back from one: looked at first, done as a whole, within one's reach."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from guanxi.kernel import directory
from guanxi.kernel.actor import Actor
from guanxi.kernel.models import AccessLog
from guanxi.org import departments, positions, teams
from guanxi.org.models import Department, Operation, Position, Team, TeamMember, User
from guanxi.surfaces.exchange.reading import open_table
from tests.people import Cast, forget
from tests.security.dealers import House, house  # noqa: F401

Desk = Callable[[Actor], Client]
HEADS = ["Code", "Department name", "Code of the one above", "Above it", "User name of the head", "Company of its own", "Active"]
TEAM_HEADS = ["Team name", "What it is for", "Code of the company", "Active", "User names of the members"]
TABLES = ("departments", "teams", "positions")


def table(rows: Sequence[Sequence[str]], name: str = "list.csv") -> SimpleUploadedFile:
    """A text table."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return SimpleUploadedFile(name, text.getvalue().encode())


def exported(desk: Any, kind: str) -> tuple[bytes, list[list[Any]]]:
    """The workbook, and what stands in it."""
    answer = desk.get(f"/admin/{kind}/export/")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content), []


def rows_of(body: bytes, folder: Path) -> list[list[Any]]:
    """The rows of a workbook."""
    place = folder / "back"
    place.write_bytes(body)
    with open_table(place, name="back.xlsx") as opened:
        return list(opened.rows(opened.sheets[0]))


def look(desk: Any, kind: str, file: Any, **more: str) -> Any:
    return desk.post(f"/admin/{kind}/import/", {"file": file, **more})


def agree(desk: Any, kind: str, page: Any, **more: str) -> Any:
    """Press the button of a preview."""
    text = page.content.decode()
    kept = {key: re.search(rf'name="{key}" value="([^"]*)"', text)[1] for key in ("rows", "promised")}  # type: ignore[index]
    return desk.post(f"/admin/{kind}/import/", {**kept, "do": "1", **more})


def organisation() -> dict[str, Any]:
    """What the three tables are about, without the numbers of the rows."""
    code = dict(Department.objects.values_list("pk", "code"))
    return {
        "departments": [
            (d.code, d.name, code.get(d.parent_id or 0), d.head.login if d.head else "", d.company, d.active)
            for d in sorted(Department.objects.all(), key=lambda d: (code.get(d.parent_id or 0, ""), d.position, d.pk))
        ],
        "teams": sorted(
            (t.name, t.about, code.get(t.company_id or 0), t.active, tuple(sorted(t.members.values_list("user__login", flat=True))))
            for t in Team.objects.all()
        ),
        "positions": list(Position.objects.order_by("place").values_list("name", "about", "active")),
    }


def everything() -> list[Any]:
    """Whatever might have changed."""
    rows = [model.objects.order_by("pk").values_list() for model in (Department, Team, TeamMember, Position, Operation)]
    return [list(each) for each in rows]


def emptied() -> None:
    """As on the first day: people with accounts, and nothing that they stand in."""
    User.objects.update(department=None)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM org_teamrole; DELETE FROM org_teammember; DELETE FROM org_team; DELETE FROM org_membership")
        cursor.execute("DELETE FROM org_positionholder; DELETE FROM org_position")
        cursor.execute("UPDATE people_employee SET works_in_id = NULL, department_id = NULL")
        cursor.execute("UPDATE org_department SET parent_id = NULL, head_id = NULL; DELETE FROM org_department")
    forget()


@pytest.fixture
def grown(cast: Cast) -> Cast:
    """A company with a past: heads, a dealer, closed departments beside open ones of the same name, teams and positions."""
    admin = cast.admin
    user = {name: User.objects.get(login=name) for name in ("min", "olivia", "max", "stella")}
    company, east = Department.objects.get(code="company"), Department.objects.get(code="east")
    departments.change(east, "East", user["min"], actor=admin)
    shop = departments.create("Norrland", company, actor=admin, code="N-1")
    departments.found(shop, company=True, actor=admin)
    departments.close(departments.create("=Sales+1", east, actor=admin), active=False, actor=admin)
    departments.create("=Sales+1", east, actor=admin)
    old = departments.create("Old", company, actor=admin)
    below = departments.create("Older", old, actor=admin)
    for one in (below, old):
        departments.close(one, active=False, actor=admin)
    made = teams.create("Launch", "Autumn, 2027", actor=admin)
    for name in ("olivia", "max"):
        teams.join(made, user[name], actor=admin)
    teams.close(made, active=False, actor=admin)
    teams.create("Norrland team", "", actor=admin, of=shop)
    for name in ("Regional manager", "Buyer"):
        positions.create(name, "for tests", actor=admin)
    positions.close(Position.objects.get(name="Buyer"), active=False, actor=admin)
    forget()
    return cast


@pytest.mark.feature("HRM-01")
def test_what_was_exported_makes_the_same_organisation_in_an_empty_house(grown: Cast, at_desk: Desk) -> None:
    desk: Any = at_desk(grown.admin)
    before = organisation()
    files = {kind: exported(desk, kind)[0] for kind in TABLES}
    assert AccessLog.objects.filter(verb="export", entity="org.department", actor=grown.admin.id).exists()
    emptied()
    assert organisation() == {"departments": [], "teams": [], "positions": []}
    for kind in TABLES:
        page = look(desk, kind, SimpleUploadedFile(f"{kind}.xlsx", files[kind]))
        assert page.status_code == 200
        assert not any(organisation()[kind])
        assert agree(desk, kind, page).status_code == 302
    assert organisation() == before
    for kind in TABLES:  # and once more nothing is left to do
        page = look(desk, kind, SimpleUploadedFile(f"{kind}.xlsx", files[kind]))
        assert page.status_code == 200
        assert 'name="do"' not in page.content.decode()


@pytest.mark.feature("HRM-01")
def test_a_preview_says_row_by_row_what_happens_and_changes_nothing(grown: Cast, at_desk: Desk) -> None:
    desk: Any = at_desk(grown.admin)
    before = everything()
    rows = [
        HEADS,
        ["east", "Far East", "company", "", "max", "", ""],
        ["", "Harbour", "", "West", "", "", ""],
        ["", "Quay", "", "Harbour", "", "", "no"],
        ["west", "West", "company", "", "", "no", "yes"],
    ]
    page = look(desk, "departments", table(rows))
    text = page.content.decode()
    assert page.status_code == 200
    for said in ("East → Far East", "Min → Max", "below West", "below Harbour", "2 new, 1 change, 1 stay as they are, 0 refused"):
        assert said in text, said
    assert everything() == before
    assert agree(desk, "departments", page).status_code == 302
    quay = Department.objects.get(name="Quay")
    assert (quay.parent and quay.parent.name, quay.active) == ("Harbour", False)
    east = Department.objects.get(code="east")
    assert (east.name, east.head and east.head.login) == ("Far East", "max")
    assert directory.department_name(east.pk) == "Far East"


WRONG = {
    "nobody": (["", "New", "", "Company", "nobody", "", ""], "There is no account “nobody”"),
    "above": (["", "New", "", "Nowhere", "", "", ""], "There is no department “Nowhere” to stand below."),
    "circle": (["east", "East", "east", "", "", "", ""], "cannot stand below itself"),
    "people": (["west", "West", "company", "", "", "", "no"], "has people in it still"),
    "yes": (["west", "West", "company", "", "", "perhaps", ""], "“perhaps” is neither yes nor no."),
    "long": (["", "N" * 81, "", "Company", "", "", ""], "at most 80 characters"),
    "code": (["c" * 41, "New", "", "Company", "", "", ""], "A code has at most 40 characters."),
    "nameless": (["", "", "", "Company", "", "", "yes"], "Give the department a name"),
}


@pytest.mark.parametrize("case", WRONG)
def test_one_row_that_is_refused_keeps_the_whole_file_out(grown: Cast, at_desk: Desk, case: str) -> None:
    desk: Any = at_desk(grown.admin)
    before, (row, reason) = everything(), WRONG[case]
    page = look(desk, "departments", table([HEADS, ["", "Good", "company", "", "", "", ""], row]))
    assert page.status_code == 422
    assert reason in page.content.decode()
    assert 'name="do"' not in page.content.decode()
    assert agree(desk, "departments", page).status_code == 422
    assert everything() == before


def test_people_without_an_account_are_left_out_where_that_was_asked_for(grown: Cast, at_desk: Desk) -> None:
    desk: Any = at_desk(grown.admin)
    page = look(desk, "departments", table([HEADS, ["", "New", "company", "", "nobody", "", ""]]), lenient="1")
    assert "left out: There is no account “nobody”" in page.content.decode()
    assert agree(desk, "departments", page, lenient="1").status_code == 302
    assert Department.objects.get(name="New").head is None
    page = look(desk, "teams", table([TEAM_HEADS, ["Launch", "", "", "yes", "olivia, nobody, STELLA"]]), lenient="1")
    text = page.content.decode()
    assert "comes in: Stella" in text
    assert "is taken out: Max" in text
    assert agree(desk, "teams", page, lenient="1").status_code == 302
    launch = Team.objects.get(name="Launch")
    assert set(launch.members.values_list("user__login", flat=True)) == {"olivia", "stella"}
    assert launch.active


def test_what_has_changed_since_the_preview_is_shown_again_and_not_done(grown: Cast, at_desk: Desk) -> None:
    desk: Any = at_desk(grown.admin)
    page = look(desk, "departments", table([HEADS, ["", "New", "company", "", "", "", ""]]))
    departments.create("New", Department.objects.get(code="company"), actor=grown.admin)
    before = everything()
    answer = agree(desk, "departments", page)
    assert answer.status_code == 422
    assert "Meanwhile something has changed" in answer.content.decode()
    assert everything() == before


def test_departments_are_moved_and_turned_over_in_one_file(grown: Cast, at_desk: Desk) -> None:
    desk: Any = at_desk(grown.admin)
    rows = [
        HEADS,
        ["east", "East", "west", "", "min", "", ""],
        ["west", "West", "", "", "", "", ""],
        ["company", "Company", "east", "", "", "", ""],
    ]
    assert agree(desk, "departments", look(desk, "departments", table(rows))).status_code == 302
    above = dict(Department.objects.values_list("code", "parent__code"))
    assert (above["west"], above["east"], above["company"]) == (None, "west", "east")


@pytest.mark.parametrize("body", [b"", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04rubbish", b"a,b\n1,2\n", b'Department name\n"open'])
def test_a_file_that_is_no_such_table_is_refused_with_a_sentence(grown: Cast, at_desk: Desk, body: bytes) -> None:
    desk: Any = at_desk(grown.admin)
    page = look(desk, "departments", SimpleUploadedFile("x.xlsx", body))
    assert page.status_code == 422
    assert 'class="note r"' in page.content.decode()


def test_a_preview_of_somebody_else_is_worth_nothing(grown: Cast, at_desk: Desk) -> None:
    page = look(at_desk(grown.admin), "positions", table([["Position name"], ["Clerk"]]))
    forged = agree(at_desk(grown.admin), "teams", page)
    assert forged.status_code == 422
    assert "too old" in forged.content.decode()


def test_chinese_headings_and_words_are_understood(grown: Cast, at_desk: Desk) -> None:
    desk: Any = at_desk(grown.admin)
    User.objects.filter(pk=grown.admin.id).update(language="zh-hans")
    page = look(desk, "departments", table([["部门名称", "上级部门", "启用"], ["华南", "West", "是"]]))
    assert page.status_code == 200
    assert agree(desk, "departments", page).status_code == 302
    assert Department.objects.get(name="华南").parent == Department.objects.get(code="west")


@pytest.mark.feature("SEC-13")
def test_a_dealer_s_administrator_takes_out_and_brings_in_only_what_is_his(house: House, tmp_path: Path) -> None:  # noqa: F811
    browser: Any = house.desk(house["n-admin"])
    teams.create("Tenders of the maker", "", actor=house.cast.admin)
    body = exported(browser, "departments")[0]
    rows = rows_of(body, tmp_path)
    assert [row[0] for row in rows[1:]] == ["n-root", "n-shop"]
    assert rows[1][2:4] == [None, None]
    assert rows_of(exported(browser, "teams")[0], tmp_path)[1:] in ([], [[]])
    assert browser.get("/admin/positions/export/").status_code == 404
    assert browser.get("/admin/positions/import/").status_code == 404
    same = look(browser, "departments", SimpleUploadedFile("d.xlsx", body))
    assert "0 new, 0 change, 2 stay as they are, 0 refused" in same.content.decode()
    new = [HEADS, ["X-9", "Annex", "n-root", "", "", "", ""], ["", "Cellar", "", "Annex", "norrland.sales", "", ""]]
    page = look(browser, "departments", table(new))
    assert agree(browser, "departments", page).status_code == 302, page.content.decode()
    cellar = Department.objects.get(name="Cellar")
    assert cellar.parent is not None
    assert (cellar.parent.name, cellar.parent.parent and cellar.parent.parent.code) == ("Annex", "n-root")
    assert cellar.parent.code != "X-9"
    assert cellar.head == User.objects.get(login="norrland.sales")


BEYOND = {
    "top": ["", "Mine", "", "", "", "", ""],
    "theirs": ["", "Mine", "s-root", "", "", "", ""],
    "maker": ["", "Mine", "", "East", "", "", ""],
    "head": ["n-shop", "Norrland Shop", "n-root", "", "olivia", "", ""],
    "company": ["n-shop", "Norrland Shop", "n-root", "", "", "yes", ""],
    "own root": ["n-root", "Renamed", "", "", "", "yes", ""],
}


@pytest.mark.feature("SEC-13")
@pytest.mark.parametrize("case", BEYOND)
def test_no_file_of_a_dealer_reaches_beyond_his_company(house: House, case: str) -> None:  # noqa: F811
    browser: Any = house.desk(house["n-admin"])
    before = everything()
    page = look(browser, "departments", table([HEADS, BEYOND[case]]))
    assert page.status_code == 422
    assert "Zuidveld" not in page.content.decode()
    assert agree(browser, "departments", page).status_code == 422
    assert everything() == before
    taken = look(browser, "departments", table([HEADS, ["s-shop", "Mine", "n-root", "", "", "", ""]]))
    assert "its code is given here" in taken.content.decode()


@pytest.mark.feature("SEC-13")
def test_no_team_of_a_file_takes_in_people_of_others(house: House) -> None:  # noqa: F811
    browser: Any = house.desk(house["n-admin"])
    before = everything()
    for row in (
        ["Mine", "", "", "", "olivia"],
        ["Mine", "", "", "", "zuidveld.sales"],
        ["Mine", "", "s-root", "", ""],
        ["Mine", "", "", "", "norrland.admin"],
    ):
        page = look(browser, "teams", table([TEAM_HEADS, row]))
        assert page.status_code == 422, row
    assert everything() == before
    good = look(browser, "teams", table([TEAM_HEADS, ["Mine", "", "n-root", "", "norrland.sales"]]))
    assert agree(browser, "teams", good).status_code == 302
    assert Team.objects.get(name="Mine").company == Department.objects.get(code="n-root")
