"""An engine for a network: the smallest one that runs it, its cycles, and its Verilog.

python examples/engine_for_a_network.py [DIRECTORY]
"""

import sys
from pathlib import Path

from dwsim import EngineSpec, generate, simulate
from dwsim.workloads import read_network

NETWORK = "mobilenet_v1"


def main() -> None:
    output = Path(sys.argv[1] if len(sys.argv) > 1 else "build/engine_for_a_network")
    network = read_network(NETWORK)
    print(f"{network.name}: {len(network.layers)} depthwise layers, {network.macs:,} MACs")

    print("lanes  multipliers       cycles  utilisation")
    for lanes in (4, 8, 16, 32):
        engine = EngineSpec.smallest(network.layers, lanes=lanes)
        result = simulate(network.layers, engine)
        print(
            f"{lanes:5}  {engine.multipliers:11}  {result.cycles:11,}  {result.utilisation:11.1%}"
        )

    # About half of these cycles go to the four layers with stride 2, in which the array has work
    # in one cycle of four.
    engine = EngineSpec.smallest(network.layers, lanes=16, name="mobilenet_engine")
    print(simulate(network.layers, engine))
    paths = generate(engine, network.layers, output=output)
    print(f"{len(paths)} files in {output}, among them {engine.name}.v and README.md")


if __name__ == "__main__":
    main()
