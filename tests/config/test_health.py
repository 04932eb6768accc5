"""What load balancers and log readers are told."""

import json
import logging

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory, override_settings

from guanxi.config import installation
from guanxi.config.logs import JsonFormatter, RequestIdFilter
from guanxi.config.request_id import RequestIdMiddleware, request_id


def test_a_living_process_says_so_without_asking_the_database(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


@override_settings(SECURE_SSL_REDIRECT=True, ALLOWED_HOSTS=["crm.example"])
def test_a_load_balancer_needs_neither_https_nor_the_right_host(client):
    assert client.get("/healthz", headers={"host": "10.0.0.7"}).status_code == 200


@pytest.mark.django_db
def test_a_database_behind_the_code_is_not_ready(client):
    with connection.cursor() as cursor:
        installation.note(cursor, shape="of last year")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"migrations pending\n")


@pytest.mark.django_db
def test_a_database_of_this_code_is_ready(client):
    with connection.cursor() as cursor:
        installation.note(cursor, shape=installation.code_shape())
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_a_migration_undone_by_hand_is_noticed():
    with connection.cursor() as cursor:
        installation.note(cursor, shape=installation.code_shape())
        assert installation.read(cursor) is not None
        cursor.execute("DELETE FROM django_migrations WHERE id = (SELECT max(id) FROM django_migrations)")
        assert installation.read(cursor) is None


@pytest.mark.django_db
def test_a_settled_installation_stays_settled_through_an_upgrade():
    with connection.cursor() as cursor:
        installation.note(cursor, shape="old")
        installation.settle(cursor)
        installation.note(cursor, shape="new")
        assert installation.read(cursor) == installation.Installation("new", True)


def answer_to(given: str | None) -> tuple[str, str]:
    seen = []

    def page(request):
        seen.append(request_id.get())
        return HttpResponse()

    headers = {"X-Request-ID": given} if given is not None else {}
    response = RequestIdMiddleware(page)(RequestFactory().get("/", headers=headers))
    return seen[0], response["X-Request-ID"]


def test_a_request_id_from_the_proxy_goes_through():
    assert answer_to("proxy-7.a_B") == ("proxy-7.a_B", "proxy-7.a_B")


@pytest.mark.parametrize("given", [None, "", "a b", "x" * 65, "<script>"])
def test_a_missing_or_strange_request_id_is_replaced(given):
    inside, outside = answer_to(given)
    assert inside == outside != given
    assert len(inside) == 16


def test_a_log_line_is_one_json_object_that_names_its_request():
    record = logging.LogRecord("guanxi", logging.INFO, __file__, 1, "客户 %s\n第二行", ("云深",), None)
    token = request_id.set("abc")
    try:
        RequestIdFilter().filter(record)
    finally:
        request_id.reset(token)
    line = JsonFormatter().format(record)
    assert "\n" not in line
    assert json.loads(line)["message"] == "客户 云深\n第二行"
    assert json.loads(line)["request"] == "abc"
