"""The page of departments shows the tree as it is and answers with reasons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from guanxi.kernel.actor import Actor
from guanxi.org.models import Department
from tests.people import Cast


@pytest.mark.feature("HRM-01")
def test_the_page_shows_the_tree_and_says_why_something_is_refused(cast: Cast, at_desk: Callable[[Actor], Client]) -> None:
    desk: Any = at_desk(cast.admin)
    page = desk.get("/admin/departments/").content.decode()
    assert page.index("Company") < page.index("East") < page.index("West")
    answer = desk.post(f"/admin/departments/{Department.objects.get(code='west').pk}/close/", {})
    assert answer.status_code == 422
    assert "has people in it still" in answer.content.decode()
    answer = desk.post("/admin/departments/new/", {"name": "Team", "above": Department.objects.get(code="east").pk})
    assert answer.status_code == 302
    assert "Team" in desk.get(answer.headers["Location"]).content.decode()
