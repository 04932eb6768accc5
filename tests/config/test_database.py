"""The database that tests and people get."""

import pytest
from django.db import connection


@pytest.mark.django_db
def test_the_database_is_postgresql_and_its_user_is_no_superuser():
    with connection.cursor() as cursor:
        cursor.execute("select rolsuper from pg_roles where rolname = current_user")
        assert cursor.fetchone() == (False,)
