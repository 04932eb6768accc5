"""After migrations: what the schema needs beyond Django's tables. Running it twice changes nothing."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from guanxi.kernel import custom, dictionary, history, versions
from guanxi.kernel.models import Version
from guanxi.kernel.write import forgetting

#: What higher floors add to an installation: each is called after the kernel's part and may run twice.
STEPS: list[Callable[[], object]] = []


def install() -> None:
    """History triggers and partitions, version counters, declared dictionaries."""
    with transaction.atomic():
        for name in ("shape", "access"):
            Version.objects.get_or_create(name=name)
        history.install()
        forgetting.install()
        for table in ("kernel_dictionaryvalue", "kernel_choicelist", "kernel_numbering", "kernel_formlayout", "kernel_titletemplate"):
            versions.watch(table, "shape")
        for table in ("kernel_customfield", "kernel_customentity"):
            versions.watch(table, "shape access")  # what a formula reads decides who sees what it gives
        dictionary.sync()
        custom.load()
        for step in STEPS:
            step()
