"""What a process may keep of its own making: bounded, the oldest first to go, dropped as soon as rights or shapes move."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextlib import suppress
from typing import Generic, TypeVar

from django.utils import timezone
from django.utils.translation import get_language

from guanxi.kernel import versions
from guanxi.kernel.actor import Actor

T = TypeVar("T")
_all: list[Kept] = []  # type: ignore[type-arg]


class Kept(Generic[T]):
    """Values that follow from an actor's rights, the company's shape, language, zone and a key of their own.

    An actor is resolved anew when rights, departments or people change, so its serial stands for all of these.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._values: dict[Hashable, T] = {}
        _all.append(self)

    def get(self, actor: Actor, key: Hashable, make: Callable[[], T], *, lasts: Callable[[T], bool] = lambda value: True) -> T:
        """The value under `key`, made when it is not there; what `make` raises, or what does not last, is not kept."""
        whole = (actor.serial, versions.shape(), get_language(), timezone.get_current_timezone(), key)
        value = self._values.get(whole)
        if value is None:
            value = make()
            if lasts(value):
                self._values[whole] = value
            with suppress(RuntimeError, StopIteration):  # another thread of the process was quicker
                while len(self._values) > self.most:
                    self._values.pop(next(iter(self._values)), None)
        return value


def forget() -> None:
    """Drop everything that this process keeps."""
    for kept in _all:
        kept._values.clear()
