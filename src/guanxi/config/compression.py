"""Answers are sent compressed. Django's own middleware takes level 6: of a list page it costs twice the time of level 3
and saves a tenth of the bytes. Like Django's, it varies the length at random, so that it tells nothing (BREACH).
"""

from __future__ import annotations

import gzip
import io
import re
import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers

LEVEL = 3
SMALLEST = 500
LONGEST_NOISE = 100
ACCEPTS_GZIP = re.compile(r"\bgzip\b")


class CompressionMiddleware:
    """Compresses whole answers; streams and files keep their own form."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not isinstance(response, HttpResponse) or len(response.content) < SMALLEST or response.has_header("Content-Encoding"):
            return response
        patch_vary_headers(response, ("Accept-Encoding",))
        if ACCEPTS_GZIP.search(request.headers.get("Accept-Encoding", "")):
            small = compress(response.content)
            if len(small) < len(response.content):
                response.content = small
                response.headers["Content-Encoding"] = "gzip"
                response.headers["Content-Length"] = str(len(small))
        return response


def compress(content: bytes) -> bytes:
    """The content as gzip, with a file name of random length in its head."""
    noise = "x" * secrets.randbelow(LONGEST_NOISE)
    buffer = io.BytesIO()
    with gzip.GzipFile(filename=noise, mode="wb", compresslevel=LEVEL, fileobj=buffer, mtime=0) as file:
        file.write(content)
    return buffer.getvalue()
