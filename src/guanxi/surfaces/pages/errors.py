"""What people see when there is nothing to see: pages in their language, with the way back."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _


def answer(request: HttpRequest, code: int, title: str, message: str = "") -> HttpResponse:
    """The error page, or problem+json where a program asked."""
    if request.path.startswith(("/api/", "/oauth/", "/mcp")):
        told = {"type": "about:blank", "title": title, "status": code, "detail": message or title, "errors": {}}
        problem = {**told, "request_id": getattr(request, "id", "")}
        return JsonResponse(problem, status=code, content_type="application/problem+json")
    context = {"code": code, "lang": get_language(), "page_title": title, "message": message, "theme": "auto"}
    context["request_id"] = getattr(request, "id", "")
    return render(request, "ui/error.html", context, status=code)


def bad(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400"""
    return answer(request, 400, _("This request cannot be read"))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403"""
    return answer(request, 403, _("Not allowed"))


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a write without the mark of a page of ours: an old page, or cookies that are kept from us. The page says what to do."""
    from guanxi.surfaces.pages.frame import toast  # it draws these pages

    words = _("This page is too old, or the browser keeps its cookies from us. Reload the page and do it once more.")
    if request.headers.get("HX-Request"):
        return toast(HttpResponse(status=403), words, level="error")
    return answer(request, 403, _("This page cannot be sent any more"), words)


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: the same whether the page does not exist or may not be seen."""
    return answer(request, 404, _("Not found"))


def broken(request: HttpRequest) -> HttpResponse:
    """500"""
    return answer(request, 500, _("Something broke"))
