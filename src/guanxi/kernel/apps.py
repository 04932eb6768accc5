"""App configurations: the kernel's own, and the one that every area uses."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig


class KernelConfig(AppConfig):
    """The kernel; its checks are registered when the apps are ready."""

    name = "guanxi.kernel"
    label = "kernel"

    def ready(self) -> None:
        import_module("guanxi.kernel.checks")
        import_module("guanxi.kernel.currency")


class Area(AppConfig):
    """A business area: every module of its `entities` package is a declaration and is imported, nothing is listed."""

    def import_models(self) -> None:
        """Find the area's models where declarations live."""
        super().import_models()
        if self.module is not None and find_spec(f"{self.name}.entities"):
            package = import_module(f"{self.name}.entities")
            for module in pkgutil.iter_modules(package.__path__):
                import_module(f"{package.__name__}.{module.name}")
            self.models_module = self.models_module or package

    def ready(self) -> None:
        """An area may bring presets, tiles of the workbench, checks of `guanxi verify` and sections of the shape: importing registers them."""
        for brought in ("presets", "tiles", "verify", "shape"):
            if find_spec(f"{self.name}.{brought}"):
                import_module(f"{self.name}.{brought}")
