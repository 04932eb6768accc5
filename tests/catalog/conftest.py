"""Somebody at a browser, as in the tests of the surfaces, and the small demo company."""

from tests.demo.conftest import company
from tests.surfaces.conftest import at_desk

__all__ = ["at_desk", "company"]
