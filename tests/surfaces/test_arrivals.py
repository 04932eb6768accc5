"""Who comes in, is turned away and leaves is kept with address and device, and never with what was typed as a password."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from guanxi.kernel.actor import Actor
from guanxi.kernel.models import AccessLog
from guanxi.org import arrivals
from guanxi.org.models import User
from tests.people import Cast

pytestmark = pytest.mark.django_db
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
WECHAT = "Mozilla/5.0 (Linux; Android 14; V2309A) AppleWebKit/537.36 Chrome/116.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0.47"


@pytest.mark.feature("SYS-03")
def test_coming_and_going_is_kept(cast: Cast, at_desk: Callable[[Actor], Client]) -> None:
    olivia = User.objects.get(id=cast.owner.id)
    olivia.set_password("blue-heron-77")
    olivia.save()
    visitor = Client(headers={"User-Agent": CHROME})
    visitor.post("/login/", {"username": "olivia", "password": "red-heron-77"})
    visitor.post("/login/", {"username": "olivia", "password": "blue-heron-77"})
    visitor.post("/logout/")
    Client(headers={"User-Agent": WECHAT}).post("/login/", {"username": "nobody", "password": "blue-heron-77"})
    rows = list(AccessLog.objects.order_by("id"))
    assert [r.verb for r in rows] == [arrivals.WRONG, arrivals.IN, arrivals.OUT, arrivals.WRONG]
    assert [r.actor for r in rows] == [None, cast.owner.id, cast.owner.id, None]
    assert {r.data["device"] for r in rows[:3]} == {"Chrome 131 · Windows"}
    assert rows[3].data == {"login": "nobody", "address": "127.0.0.1", "device": "WeChat 8 · Android"}
    assert "heron" not in str([r.data for r in rows])
    desk = at_desk(cast.admin)
    shown = desk.get("/admin/arrivals/").content.decode()
    assert "Chrome 131" in shown
    assert "nobody" in shown
    only = desk.get(f"/admin/arrivals/?who={cast.owner.id}&how=sign_in").content.decode()
    assert "nobody" not in only
    assert desk.get("/admin/arrivals/export/").status_code == 200
    assert AccessLog.objects.filter(verb="export", entity="org.arrivals", actor=cast.admin.id).exists()
