"""Exploration: every engine of a small space on MobileNetV1, and the front to choose from.

    python examples/explore_a_space.py [DIRECTORY]

The space is examples/small_space.toml.
"""

import sys
from pathlib import Path

from dwsim import explore

SPACE = Path(__file__).with_name("small_space.toml")


def main() -> None:
    output = Path(sys.argv[1] if len(sys.argv) > 1 else "build/explore_a_space")
    outcome = explore(SPACE, output)
    print(outcome)

    fastest, *_, smallest = outcome.front
    for label, name in (("fastest", fastest), ("smallest", smallest)):
        engine = outcome.points[name].engine
        cycles, multipliers = outcome.front[name]
        print(
            f"{label}: {cycles:,.0f} cycles with {multipliers:,.0f} multipliers"
            f" = {engine.lanes} lanes x {engine.lane_multipliers}"
        )
    print(f"spec files of these engines: {output}/engines/")


# Each worker process imports this file, so the work must not start at import.
if __name__ == "__main__":
    main()
