"""A wrapper with three pins around an engine, so that nextpnr can place and route it.

An engine has more ports than a package has pins. A shift register drives its inputs. Its outputs
go into registers and then through an exclusive-or tree with a register after each level. So no part
of the engine is pruned, the path of every port starts or ends at a register, and the clock is a
global net. (nextpnr's ``--out-of-context`` routes the clock as an ordinary net and does not time
the ports.) The wrapper instantiates the netlist of the engine, so Yosys does not optimise it again.
"""

from __future__ import annotations

from dwsim.synth.netlist import Port

HARNESS = "dwsim_harness"
INSTANCE = "engine"
"""The instance name of the engine, and so the prefix of the names of its cells."""
_FAN_IN = 4  # inputs of a LUT, in the families that are placed and routed


def harness_verilog(engine: str, ports: list[Port]) -> str:
    """The Verilog of the wrapper, with the engine as a black box."""
    inputs = [port for port in ports if port.is_input and port.name != "clk"]
    outputs = [port for port in ports if not port.is_input]
    ins = sum(port.width for port in inputs)
    outs = sum(port.width for port in outputs)
    connections = [".clk(clk)", *_connected("held", inputs), *_connected("out", outputs)]
    lines = [
        f"module {HARNESS}(input wire clk, input wire shift_in, output wire parity);",
        f"  reg [{ins}-1:0] held;",
        f"  always @(posedge clk) held <= (held << 1) | {{{ins}{{shift_in}}}} >> {ins - 1};",
        f"  wire [{outs}-1:0] out;",
        f"  reg [{outs}-1:0] level_0;",
        "  always @(posedge clk) level_0 <= out;",
        *_parity(outs),
        f"  {engine} {INSTANCE} ({', '.join(connections)});",
        "endmodule",
        "(* blackbox *)",
        f"module {engine}({', '.join(map(_declared, ports))});",
        "endmodule",
    ]
    return "".join(f"{line}\n" for line in lines)


def _connected(bus: str, ports: list[Port]) -> list[str]:
    """Port connections to slices of a bus; the first port gets the lowest bits."""
    connections, low = [], 0
    for port in ports:
        connections.append(f".{port.name}({bus}[{low} +: {port.width}])")
        low += port.width
    return connections


def _declared(port: Port) -> str:
    return f"{'input' if port.is_input else 'output'} wire [{port.width}-1:0] {port.name}"


def _parity(width: int) -> list[str]:
    """A tree of exclusive-ors over ``level_0`` with a register after each level."""
    lines, level = [], 0
    while width > 1:
        above, width, level = width, -(-width // _FAN_IN), level + 1
        lines.append(f"  reg [{width}-1:0] level_{level};")
        for i in range(width):
            high = min(above, _FAN_IN * (i + 1)) - 1
            part = f"level_{level - 1}[{high}:{_FAN_IN * i}]"
            lines.append(f"  always @(posedge clk) level_{level}[{i}] <= ^{part};")
    return [*lines, f"  assign parity = level_{level}[0];"]
