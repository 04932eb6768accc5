"""The sections that the surfaces themselves bring; importing them registers them, in the order in which they are taken over."""

from __future__ import annotations

from guanxi.surfaces.shape import forms, pictures, prints, texts, titles  # noqa: F401 - pictures before the prints that show them
