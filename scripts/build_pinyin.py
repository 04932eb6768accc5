"""Build the readings of the wheel from pypinyin's dictionaries (MIT): what the house needs of them, in a hundredth of their memory.

    python scripts/build_pinyin.py

The table holds the usual reading of every character, and those words whose reading their characters do not give. The usual
reading is the first that the dictionary of characters names; a word's is that of the dictionary of phrases.
"""

from __future__ import annotations

import gzip
import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "src" / "guanxi" / "kernel" / "china" / "data" / "pinyin.json.gz"
_TONES = {
    accented: (plain, tone)
    for plain, row in zip("aeiouvmn", ("āáǎà", "ēéěè", "īíǐì", "ōóǒò", "ūúǔù", "ǖǘǚǜ", " ḿ  ", " ńňǹ"), strict=True)
    for tone, accented in enumerate(row, 1)
    if accented != " "
}
Reading = tuple[str, int]


@cache
def plain(reading: str) -> Reading:
    """zhòng -> zhong, 4; lǚ -> lv, 3; no mark is tone 5."""
    tone, letters = 5, ""
    for char in reading.replace("ü", "v").replace("ê", "e"):
        bare, mark = _TONES.get(char, (char, 0))
        letters += bare if bare.isascii() else ""
        tone = mark or tone
    return letters, tone


def table() -> dict[str, Any]:
    """`readings` as [letters, tone]; `characters` in the order of their code points, and for each in `usual` the place of its reading;
    `words` with the places of theirs.
    """
    usual = {chr(code): plain(found.partition(",")[0]) for code, found in PINYIN_DICT.items() if found.partition(",")[0]}
    words = {}
    for word, options in PHRASES_DICT.items():
        read = [plain(each[0]) for each in options]
        if len(read) == len(word) and any(usual.get(char, ("", 0))[0] != each[0] for char, each in zip(word, read, strict=True)):
            words[word] = read
    readings = sorted({*usual.values(), *(each for read in words.values() for each in read)})
    places = {each: place for place, each in enumerate(readings)}
    characters = sorted(usual)
    return {
        "readings": readings,
        "characters": "".join(characters),
        "usual": [places[usual[char]] for char in characters],
        "words": {word: [places[each] for each in words[word]] for word in sorted(words)},
    }


def main() -> int:
    """Write the table; the same input gives the same bytes."""
    text = json.dumps(table(), ensure_ascii=False, separators=(",", ":"))
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{TARGET.relative_to(ROOT)}: {TARGET.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
