"""The demo company looks like a company: everybody finds work, the numbers are right, the history is alive."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth import authenticate
from django.db import connection

from guanxi.demo import story
from guanxi.demo.attending import AWAY
from guanxi.demo.extras import AGREED
from guanxi.demo.leads import POOLED
from guanxi.demo.people import LOGINS, PASSWORD, employees
from guanxi.demo.size import COMPANY, SMALL
from guanxi.kernel import clock, pooled, pools
from guanxi.kernel.actor import Actor
from guanxi.kernel.registry import registry
from guanxi.org.models import Department, User

pytestmark = pytest.mark.django_db

Company = Callable[[str], Actor]
SELLING = ("sales", "sales2", "manager", "director")
BUCKETS = {
    "7 to 15 days": (7, 15),
    "15 to 30 days": (15, 30),
    "30 days to 3 months": (30, 91),
    "3 to 6 months": (91, 182),
    "over 6 months": (182, 9_999),
}


def test_the_small_company_has_the_promised_numbers(company: Company) -> None:
    counts = {e.key: e.model._default_manager.count() for e in registry}
    assert counts == {
        "customers.customer": SMALL.customers,
        "customers.contact": SMALL.contacts,
        "sales.opportunity": SMALL.opportunities,
        "activity.followup": SMALL.follow_ups,
        "customers.pool": 4,
        "customers.poolrule": 9,
        "customers.assignmentrule": 2,
        "sales.lead": SMALL.leads + SMALL.leads // POOLED,
        "activity.leadfollowup": counts["activity.leadfollowup"],
        "people.employee": len(LOGINS) + 2,
        "people.leave": len(AWAY),
        "people.training": len(LOGINS),
        "people.attendance": counts["people.attendance"],
        "customers.consent": SMALL.contacts // AGREED,
    }
    assert counts["people.attendance"] > 60
    assert counts["activity.leadfollowup"] > SMALL.leads // 2
    assert User.objects.count() == len(LOGINS) == 9
    assert Department.objects.count() == 3


def test_everybody_logs_in_with_the_same_password(company: Company) -> None:
    for each in LOGINS:
        assert authenticate(username=each.login, password=PASSWORD) == User.objects.get(login=each.login)


def test_the_administrator_of_the_system_sees_no_customer(company: Company) -> None:
    assert not registry.get("customers.customer").rows(company("admin")).exists()


def test_history_says_when_and_by_whom_and_shows_stages_moving(company: Company) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM change WHERE door = 'demo' AND (actor IS NULL OR at > clock_timestamp())")
        assert cursor.fetchone()[0] == 0
        cursor.execute("SELECT count(*) FROM change WHERE entity = 'sales.opportunity' AND diff ? 'stage' AND version > 1")
        assert cursor.fetchone()[0] > SMALL.opportunities / 2
        cursor.execute(
            "SELECT count(*) FROM change c JOIN activity_followup f ON f.id = c.record WHERE c.op = 'create' AND c.at <> f.created_at"
        )
        assert cursor.fetchone()[0] == 0


def test_masks_and_shares_and_the_recycle_bin_can_be_seen(company: Company) -> None:
    assert company("readonly").right("customers.customer", "phone") == "masked"
    assert company("service").right("sales.opportunity", "amount") == "hidden"
    customers = registry.get("customers.customer")
    assert customers.rows(company("sales")).where(["owner", "is_not", "me"]).exists()
    assert registry.get("customers.contact").rows(company("sales"), "delete", deleted=True).exists()


def test_in_the_large_company_every_owner_has_every_status_bucket_and_stage() -> None:
    with clock.frozen():
        told, days = story.invent(COMPANY, [(each, place) for place, each in enumerate(employees(COMPANY), 1)])
    logins = {place: each.login for place, each in enumerate(employees(COMPANY), 1)}
    for user, login in logins.items():
        if login not in SELLING:
            continue
        mine = [c for c in told.clients if c.by == user]
        assert {c.status for c in mine} == {"potential", "formal", "signed", "abandoned"}, login
        for bucket, (low, high) in BUCKETS.items():
            assert any(c.last and low <= (days.today - c.last).days < high for c in mine), (login, bucket)
        stages = {c.values["stage"] for c in told.chances if c.by == user} | {
            m.values["stage"] for m in told.moves if "stage" in m.values and m.figure.by == user
        }
        assert len(stages) == 11, (login, stages)


def test_the_large_company_has_the_promised_numbers_and_varied_words() -> None:
    with clock.frozen():
        told, days = story.invent(COMPANY, [(each, place) for place, each in enumerate(employees(COMPANY), 1)])
    assert (len(told.clients), len(told.contacts), len(told.chances), len(told.talks)) == (2_000, 5_000, 900, 20_000)
    summaries = [t.values["summary"] for t in told.talks]
    assert len(set(summaries)) > 19_500
    assert max(t.values["happened_at"] for t in told.talks) <= days.now


def test_the_same_day_tells_the_same_story() -> None:
    def told() -> list[str]:
        with clock.frozen(clock.day_start(clock.today())):
            found, _days = story.invent(SMALL, [(each, place) for place, each in enumerate(employees(SMALL), 1)])
        return [repr(sorted(t.values.items(), key=str)) for t in found.talks] + [c.values["name"] for c in found.clients]

    assert told() == told()


def test_the_pools_are_in_use_and_somebody_is_warned(company: Company) -> None:
    customer = registry.get("customers.customer")
    for login in SELLING:
        joined = pools.joined(customer, company(login))
        assert joined, login
        assert any(customer.rows(pooled.lens(company(login), pool)).exists() for pool in joined), login
    assert pools.joined(customer, company("admin")) == []
    rows = customer.rows(company("director"))
    assert rows.exclude(falls_on=None).exists()
    assert not rows.filter(falls_on__lte=clock.today()).exists()


def test_leads_stand_in_every_state_and_wait_in_their_pools(company: Company) -> None:
    lead = registry.get("sales.lead")
    for login in ("sales", "sales2"):
        assert lead.rows(company(login)).where(["and", ["owner", "is", "me"], ["status", "in", ["new", "contacted", "qualified"]]]).exists()
        joined = pools.joined(lead, company(login))
        assert any(lead.rows(pooled.lens(company(login), pool)).exists() for pool in joined), login
    states = set(lead.rows(company("director")).values_list("status", flat=True))
    assert len(states) == 4
    assert lead.rows(company("director")).exclude(falls_on=None).exists()
    assert not lead.rows(company("director")).filter(falls_on__lte=clock.today()).exists()
