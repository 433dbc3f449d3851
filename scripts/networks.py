"""`make networks`: the depthwise layers of full-size networks in RTL, on both arrays.

Those that TensorFlow's converter makes are compared with LiteRT, those of ONNX with ONNX Runtime.
Of a network in floating point, a sample of the layers runs in lock step: the steppable model needs
many minutes for all.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

# The checkout's tests, which build the models, are no part of the package.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from dwsim.cli import main as dwsim
from tests.onnx_files.build_networks import NETWORKS as ONNX_NETWORKS
from tests.onnx_files.build_networks import onnx_network
from tests.tflite_files.build_models import NETWORKS, model

ARRAYS = {
    "parallel": ("--lanes", "32"),
    "serial": ("--dataflow", "tap_serial", "--lanes", "16", "--pixels", "7"),
}
"""The options of ``dwsim verify`` for each array."""
FLOAT_ARRAYS = {
    "parallel": ("--lanes", "4"),
    "serial": ("--dataflow", "tap_serial", "--lanes", "4", "--pixels", "4"),
}
"""The same for networks in floating point."""


def main() -> int:
    """Builds each network unless it is in the cache, and verifies it."""
    parser = argparse.ArgumentParser(description=__doc__)
    known = (*NETWORKS, *ONNX_NETWORKS)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(known)}")
    parser.add_argument("--array", choices=ARRAYS, help="only this array (default: both)")
    parser.add_argument("--stalls", default="none")
    parser.add_argument(
        "--keep",
        action="store_true",
        help="take over verdicts of earlier runs (default: everything runs)",
    )
    parser.add_argument(
        "--ports",
        action="store_true",
        help="compare values, cycles and ports, and the signals of a sample of the layers only"
        " (default: every signal of every layer)",
    )
    arguments = parser.parse_args()
    worst = 0
    with tempfile.TemporaryDirectory(prefix="dwsim-") as folder:
        for name in arguments.names or known:
            of_onnx = name in ONNX_NETWORKS
            in_floats = not of_onnx and NETWORKS[name].in_floats
            arrays = FLOAT_ARRAYS if in_floats else ARRAYS
            path = str(onnx_network(name, Path(folder)) if of_onnx else model(name))
            for array in [arguments.array] if arguments.array else arrays:
                print(f"{name} on {' '.join(arrays[array])}:", flush=True)
                began = time.perf_counter()
                argv = ["verify", path, *arrays[array], "--stalls", arguments.stalls]
                argv += [] if arguments.keep else ["--again"]
                sampled = arguments.ports or in_floats
                code = dwsim([*argv, *([] if sampled else ["--lockstep"])])
                print(f"{name}: {time.perf_counter() - began:.0f} s\n", flush=True)
                worst = max(worst, code)
    return worst


if __name__ == "__main__":
    sys.exit(main())
