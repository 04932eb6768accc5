"""What people do beside reading lists: boards, calendars, the workbench, the drawer, cells, and the check for duplicates as they type."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from bench import queries
from bench.client import Client, Timing, repeat
from bench.rows import name_of

if TYPE_CHECKING:
    from bench.measure import Bench

ROLES = ("sales", "manager", "director")
BOARD = "/opportunities/?view=all&layout=board"
#: The check for duplicates answers a person so often a minute; so many people share the questions here.
TYPISTS = 3
#: What a page says of a list that takes too long to add up.
TOO_MUCH = "记录太多"


def run(bench: Bench) -> None:
    """All of them, for one client."""
    for role in ROLES:
        views(bench, role)
        grouped(bench, role)
        workbench(bench, role)
    typing(bench)
    cells(bench)


def views(bench: Bench, role: str) -> None:
    """The other layouts of a list, its foot, and the record in the drawer."""
    bench.ask("board.opportunities", role, [BOARD], budget="board", fragment="list")
    bench.ask("board.figures", role, [BOARD.replace("/?", "/_figures/?")], budget="", fragment="figures")
    bench.ask("board.customers_by_level", role, ["/customers/?view=all&layout=board&by=level"], budget="board", fragment="list")
    bench.ask("calendar.next_follow_up", role, ["/customers/?view=all&layout=calendar&by=next_follow_up_at"], budget="", fragment="list")
    found = queries.records(bench.connection, "sales")
    bench.ask("record.drawer", role, found, budget="drawer", fragment="drawer")


def grouped(bench: Bench, role: str) -> None:
    """The list in groups, where it is not so long that the page says so instead."""
    client = Client(bench.port, role)
    for entity, by in (("opportunities", "owner"), ("opportunities", "closed_on.quarter"), ("customers", "level"), ("customers", "region")):
        path = f"/{entity}/?view=all&layout=groups&by={by}"
        if TOO_MUCH in client.text(path).decode():
            print(f"groups.{entity}_by_{by} {role}: too many records")
        else:
            bench.ask(f"groups.{entity}_by_{by}", role, [path], budget="", fragment="list")


def workbench(bench: Bench, role: str) -> None:
    """The shell, and each tile by itself."""
    bench.ask("home.shell", role, ["/"], budget="home")
    page = Client(bench.port, role).text("/").decode()
    for code in dict.fromkeys(re.findall(r'hx-get="/_home/([^/"]+)/"', page)):
        bench.ask(f"home.tile.{code}", role, [f"/_home/{code}/"], budget="tile", fragment=f"tile-{code}")


def typing(bench: Bench) -> None:
    """Names as they grow under somebody's fingers, letter by letter, some of them known and some new."""
    names = [name_of(n * 997)[:6] for n in range(6)] + ["龘靐科技有限", "全新未见实业"]
    beginnings = [name[:length] for name in names for length in range(2, 7)]
    people = [Client(bench.port, f"p{n}") for n in range(TYPISTS)]
    asked = [f"/customers/_similar/?field=name&value={queries.quote(text)}" for text in beginnings]
    share = [asked[n::TYPISTS] for n in range(TYPISTS)]

    def round_() -> Timing:
        timings = [repeat([person], own, len(own), fragment="dups") for person, own in zip(people, share, strict=True)]
        return Timing([s for t in timings for s in t.samples], sum(t.seconds for t in timings))

    bench.take("duplicates.keystroke", "sales", round_, budget="duplicates")


def cells(bench: Bench) -> None:
    """One field of one record, clicked and saved in the list, each time to another value."""
    client = Client(bench.port, "sales")
    found = queries.records(bench.connection, "sales")

    def round_() -> Timing:
        timing, begun = Timing(), time.perf_counter()
        for n in range(bench.times // 2):
            path, start = f"{found[n % len(found)]}_field/address/", time.perf_counter()
            status = client.post(path, {"address": f"文三路{time.time_ns() % 10_000}号"}, fragment="cell")
            assert status == 200, f"{path} answered {status}"
            timing.samples.append((time.perf_counter() - start) * 1000)
        timing.seconds = time.perf_counter() - begun
        return timing

    bench.take("cell.save", "sales", round_, budget="cell")
