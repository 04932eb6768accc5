"""The small demo company, loaded once for the module that asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from guanxi.demo.small import load_small
from guanxi.kernel.actor import Actor
from guanxi.org import actors, directory, presets
from guanxi.org.models import FieldRight, Grant


@pytest.fixture(scope="module")
def company(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Callable[[str], Actor]]:
    """Who a login is, in a company that is loaded once and rolled back in the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        Grant.objects.all().delete()  # those of the tests: see tests/people.py
        FieldRight.objects.all().delete()
        presets.sync()
        load_small()
        yield actors.by_login
        transaction.set_rollback(True)
    actors.forget()
    directory.clear()
