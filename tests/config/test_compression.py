"""Answers travel compressed, whole, and without telling secrets by their length."""

import gzip

from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from guanxi.config.compression import CompressionMiddleware, compress

PAGE = "客户列表 " * 500


def answer(response, **headers):
    return CompressionMiddleware(lambda request: response)(RequestFactory().get("/", headers=headers))


def test_a_page_comes_compressed_to_those_who_can_read_it():
    response = answer(HttpResponse(PAGE), accept_encoding="gzip, br")
    assert response["Content-Encoding"] == "gzip"
    assert gzip.decompress(response.content).decode() == PAGE
    assert response["Content-Length"] == str(len(response.content))
    assert "Accept-Encoding" in response["Vary"]


def test_others_get_it_as_it_is():
    response = answer(HttpResponse(PAGE))
    assert not response.has_header("Content-Encoding")
    assert response.content.decode() == PAGE
    assert "Accept-Encoding" in response["Vary"]


def test_small_answers_streams_and_what_is_compressed_already_stay_as_they_are():
    assert not answer(HttpResponse("ok"), accept_encoding="gzip").has_header("Content-Encoding")
    assert answer(HttpResponse(PAGE, headers={"Content-Encoding": "br"}), accept_encoding="gzip")["Content-Encoding"] == "br"
    assert not answer(StreamingHttpResponse(iter([PAGE])), accept_encoding="gzip").has_header("Content-Encoding")


def test_the_length_tells_nothing():
    assert len({len(compress(PAGE.encode())) for _ in range(40)}) > 5
