"""How much of a file an import takes, in one place. Rows have no limit; what has one is named in the refusal."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes, seconds and counts. Defaults suit a machine with 4 GB; tests pass smaller ones."""

    columns: int = 1024
    #: Characters in one line of a text file, so that a file without line ends cannot fill the memory.
    line: int = 4 * MIB
    #: Parts inside a workbook, their total size unpacked, and how many times smaller they may be packed.
    parts: int = 10_000
    unpacked: int = 2048 * MIB
    ratio: int = 250
    #: Below this size unpacked no ratio is suspicious.
    harmless: int = 32 * MIB
    #: The parsing process: address space, processor seconds, wall seconds, and the size of what it writes.
    memory: int = 2048 * MIB
    seconds: int = 120
    patience: int = 240
    disk: int = 8192 * MIB


LIMITS = Limits()
