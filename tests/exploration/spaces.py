"""Small spaces for the tests: networks of tiny layers, a few engines.

The second network needs a lead; the parameters of the third's first layer take longer than
its last layer, so that the next inference waits for them.
"""

from __future__ import annotations

from pathlib import Path

from dwsim.exploration.explore import explore
from dwsim.exploration.outcome import Outcome
from dwsim.exploration.pool import open_pool
from dwsim.exploration.space import Space, parse_space

FIRST = """
[[layer]]
name = "a"
ifmap_h = 6
ifmap_w = 5
channels = 8
kernel_h = 3
kernel_w = 3
padding = "SAME"

[[layer]]
name = "b"
ifmap_h = 6
ifmap_w = 5
channels = 12
kernel_h = 3
kernel_w = 3
stride_h = 2
stride_w = 2
channel_multiplier = 2
padding = "SAME"

[[layer]]
name = "c"
ifmap_h = 6
ifmap_w = 5
channels = 8
kernel_h = 3
kernel_w = 3
padding = "SAME"
"""
SECOND = """
[[layer]]
name = "wide"
ifmap_h = 3
ifmap_w = 9
channels = 4
kernel_h = 1
kernel_w = 5
dilation_w = 2
padding = "SAME"

[[layer]]
name = "pads"
ifmap_h = 4
ifmap_w = 4
channels = 20
kernel_h = 2
kernel_w = 2
pad_top = 14
pad_left = 2
"""
LOADS = """
[[layer]]
name = "many"
ifmap_h = 1
ifmap_w = 1
channels = 60
kernel_h = 3
kernel_w = 3
padding = "SAME"

[[layer]]
name = "few"
ifmap_h = 3
ifmap_w = 3
channels = 4
kernel_h = 3
kernel_w = 3
padding = "SAME"
"""
SMALL = """
networks = ["first.toml", "second.toml"]

[engine]
lanes = [2, 4]
kernel = [3, 5]
taps_per_cycle = ["all", "row", 1]
interleave = ["plane", "nhwc"]
requantise = "none"

[[objective]]
minimise = "cycles"

[[objective]]
minimise = "multipliers"
"""


WITH_LOADS = SMALL.replace('"second.toml"', '"second.toml", "loads.toml"')


def write(folder: Path, text: str = SMALL, name: str = "small.toml") -> Path:
    """A space file, with the networks beside it."""
    (folder / "first.toml").write_text(FIRST)
    (folder / "second.toml").write_text(SECOND)
    (folder / "loads.toml").write_text(LOADS)
    path = folder / name
    path.write_text(text)
    return path


def small(folder: Path, text: str = SMALL) -> Space:
    """The space of a text, with the networks beside it."""
    return parse_space(text, write(folder, text))


def run(space: Space, directory: Path) -> Outcome:
    """Explores a space in this process."""
    with open_pool(1) as pool:
        return explore(space, directory, pool)
