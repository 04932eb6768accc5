"""Whatever road a change takes, every process sees it at its next request."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from guanxi.kernel import versions
from guanxi.kernel.models import DictionaryValue
from guanxi.org.models import Department, Grant, User
from tests.people import Cast


def moves(counter: str, do: Any) -> bool:
    before = versions.current()[counter]
    do()
    return versions.current()[counter] > before


@pytest.mark.parametrize("sql", ["DELETE FROM org_grant", "UPDATE org_user SET name = name", "UPDATE org_department SET name = name"])
def test_raw_changes_of_people_and_rights_are_seen(cast: Cast, sql: str) -> None:
    assert moves("access", lambda: connection.cursor().execute(sql))


def test_changes_by_the_orm_are_seen_and_a_theme_is_none(cast: Cast) -> None:
    assert moves("access", lambda: Grant.objects.filter(action="create").delete())
    assert moves("access", lambda: Department.objects.create(name="新部", code="new-one"))
    assert moves("shape", lambda: DictionaryValue.objects.update(zh="别名"))
    assert not moves("access", lambda: User.objects.update(theme="dark"))
    assert not moves("access", lambda: User.objects.first().save(update_fields=["last_login"]))  # type: ignore[union-attr]
