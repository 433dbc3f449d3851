"""`make networks`: every depthwise layer of four full-size networks, RTL against LiteRT."""

import argparse
import sys
import time
from pathlib import Path

# The checkout's tests, which build the models, are no part of the package.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from dwsim.cli import main as dwsim
from tests.tflite_files.build_models import NETWORKS, model


def main() -> int:
    """Builds each network unless it is in the cache, and verifies it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NETWORKS)}")
    parser.add_argument("--lanes", default="32")
    parser.add_argument("--stalls", default="none")
    arguments = parser.parse_args()
    worst = 0
    for name in arguments.names or NETWORKS:
        print(f"{name}, {arguments.lanes} lanes:", flush=True)
        path = model(name)
        began = time.perf_counter()
        code = dwsim(
            ["verify", str(path), "--lanes", arguments.lanes, "--stalls", arguments.stalls]
        )
        print(f"{name}: {time.perf_counter() - began:.0f} s\n", flush=True)
        worst = max(worst, code)
    return worst


if __name__ == "__main__":
    sys.exit(main())
