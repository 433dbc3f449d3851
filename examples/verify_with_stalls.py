"""Verification: the Verilog in lock step with the cycle model, under every stall profile.

python examples/verify_with_stalls.py [DIRECTORY]
"""

import sys
from pathlib import Path

from dwsim import EngineSpec, LayerSpec, Plan, verify

LAYER = LayerSpec.from_tf([1, 8, 10, 6], [3, 3, 6, 1], [1, 1, 1, 1], "SAME", name="example")


def main() -> None:
    output = Path(sys.argv[1] if len(sys.argv) > 1 else "build/verify_with_stalls")
    output.mkdir(parents=True, exist_ok=True)
    # A raster row has a slot for each pixel of each interleaved group: 10 columns x 2 groups.
    engine = EngineSpec.smallest([LAYER], lanes=4, max_interleave=2, max_row_pitch=20)
    plan = Plan(LAYER, engine)
    print(f"timing law: {plan.cycles} cycles without stalls, bound {plan.bound}")

    for order, interleave in (("plane-major", 1), ("NHWC", "all")):
        waves = output / f"{order}.fst"
        found = verify(LAYER, engine, stalls="all", seed=3, interleave=interleave, waves=waves)
        print(f"{order} order:")
        for one in found:
            print(f"  stalls {one.job.stalls:12} {one.cycles:5} cycles  RTL = model = golden")
        print(f"  waveform of all {len(found)} streams: {waves}, {waves.stat().st_size:,} bytes")

    print("open a waveform with gtkwave or surfer")


if __name__ == "__main__":
    main()
