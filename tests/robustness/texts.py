"""Reads damaged texts: ``python -m tests.robustness.texts --count 20000 --seed 1``."""

from __future__ import annotations

import argparse
import random
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from dwsim.errors import DwsimError
from tests.robustness.damage import damaged
from tests.robustness.readers import READERS


@dataclass(frozen=True)
class Escaped:
    """A damaged text that ended in another error than a refusal."""

    kind: str
    number: int
    text: bytes
    error: BaseException


def read_damaged(
    kind: str, count: int, seed: int, place: Path
) -> tuple[Counter[str], list[Escaped]]:
    """Reads ``count`` damaged texts of a kind: how they ended, and those that escaped.

    Args:
        kind: a key of ``READERS``.
        count: texts.
        seed: of the damage.
        place: an empty folder.
    """
    reader = READERS[kind]
    texts = reader.texts(place)
    rng = random.Random(f"{seed} {kind}")
    path = place / f"damaged{reader.suffix}"
    ends: Counter[str] = Counter()
    escaped = []
    for number in range(count):
        text = damaged(rng.choice(texts), rng)
        path.write_bytes(text)
        try:
            reader.read(path)
            ends["read"] += 1
        except DwsimError:
            ends["refused"] += 1
        except Exception as error:
            ends["escaped"] += 1
            escaped.append(Escaped(kind, number, text, error))
    return ends, escaped


def main() -> int:
    """Reads damaged texts of every kind; 1 if one escaped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20000, help="texts a kind (default: 20000)")
    parser.add_argument("--seed", type=int, default=1, help="of the damage (default: 1)")
    arguments = parser.parse_args()
    bad = 0
    for kind in READERS:
        with tempfile.TemporaryDirectory() as place:
            ends, escaped = read_damaged(kind, arguments.count, arguments.seed, Path(place))
        print(f"{kind}: {ends['read']} read, {ends['refused']} refused, {len(escaped)} escaped")
        for one in escaped[:5]:
            print(f"  number {one.number}: {type(one.error).__name__}: {one.error}\n  {one.text!r}")
        bad += len(escaped)
    return int(bad > 0)


if __name__ == "__main__":
    raise SystemExit(main())
