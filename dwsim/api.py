"""The functions of the public face: simulate, verify, generate and explore.

Each function imports its modules when it is called, so that ``import dwsim`` stays light.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dwsim.errors import Rules

if TYPE_CHECKING:
    from dwsim.exploration.outcome import Outcome
    from dwsim.exploration.space import Space
    from dwsim.rtlsim.cosim import Verified
    from dwsim.spec.engine_spec import EngineSpec
    from dwsim.spec.layer_spec import LayerSpec
    from dwsim.spec.quantisation import Quantisation
    from dwsim.verification.kept_verdicts import KeptVerdicts
    from dwsim.verification.simulation import Simulation

SIMULATORS = ("verilator", "icarus")
"""The simulators that ``verify`` can use."""


def simulate(
    layers: LayerSpec | Iterable[LayerSpec],
    engine: EngineSpec,
    *,
    stalls: str = "none",
    seed: int = 1,
    model: str = "fast",
    interleave: int | str = 1,
    waves: str | Path | None = None,
) -> Simulation:
    """Finds the exact cycles of layers on an engine, and the activity of each cycle.

    Each layer runs from reset: its parameters are loaded, then its stream runs. Both models
    agree with the generated Verilog in every cycle, under stalls too.

    Args:
        layers: one layer, or at least one in an iterable. A layer that exceeds the engine's maxima
            runs as several streams, if it can be cut so (``dwsim.derive.TiledPlan``).
        engine: the engine. The steppable model takes a random quantisation or epilogue if the
            engine has one; the cycles do not depend on it.
        stalls: the stall profile of source and sink: "none", "slow-source", "slow-sink", "both",
            "boundary" or "long-stops" (``dwsim.stream.stalls.PROFILES``).
        seed: seed of the stalls, and of the steppable model's data; not negative.
        model: "fast" computes the cycles alone, from events; "steppable" steps every register
            with random data and compares every value with the golden model.
        interleave: channel groups whose pixels alternate in the streams: 1 is plane-major; a
            divisor of each layer's channel groups; or "all", which is the NHWC order.
        waves: path of an FST file for the waveform of one layer on the steppable model; the
            signals have the names of the Verilog.

    Returns:
        A ``Simulation``: ``runs`` has one run a layer with ``cycles`` (from the cfg handshake to
        the last ofmap transfer), ``param_cycles``, ``activity`` (cycles by activity) and
        ``utilisation`` (0 to 1). ``print`` shows a table.

    Raises:
        SpecError: with every violated rule of the arguments, or of the fit of any layer.
        MismatchError: if the steppable model and the golden model differ.
    """
    from dwsim.verification.layer_plans import layer_list, plans_of
    from dwsim.verification.simulation import MODELS, simulate_plans

    chosen = layer_list("simulate", layers)
    rules = Rules("simulate")
    _check_stalls_and_seed(rules, stalls, seed)
    rules.require(model in MODELS, "model", model, f"must be one of {', '.join(MODELS)}")
    path = _waveform(rules, waves, len(chosen))
    rules.require(
        path is None or model == "steppable",
        "waves",
        waves,
        'needs model="steppable": the fast model has no signals',
    )
    rules.raise_if_any()
    plans = plans_of("simulate", chosen, engine, interleave)
    return simulate_plans(plans, stalls, seed, model, path)


def verify(
    layers: LayerSpec | Iterable[LayerSpec],
    engine: EngineSpec,
    *,
    stalls: str = "none",
    seed: int = 1,
    simulator: str = "verilator",
    interleave: int | str = 1,
    static: bool = False,
    waves: str | Path | None = None,
    ifmap: Any = None,
    weight: Any = None,
    bias: Any = None,
    quantisation: Quantisation | None = None,
    activation: Any = None,
    verdicts: KeptVerdicts | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[Verified]:
    """Simulates the generated Verilog in lock step with the cycle model, with random or own data.

    Every port and probe is compared in every cycle, every ofmap value with the golden model, and
    the cycles of a stream without stalls with the timing law.

    Args:
        layers: one layer, or at least one in an iterable; cut as for ``simulate``, but a static
            engine must fit its layer.
        engine: the engine; one with a requantiser or an epilogue gets random ones for each layer.
        stalls: as for ``simulate``, or "all": each layer runs once with each profile.
        seed: seed of data and stalls, not negative; with "all", of the first profile.
        simulator: "verilator" or "icarus".
        interleave: as for ``simulate``; must be 1 for static engines.
        static: verify each layer on its static engine, whose geometry is tied off.
        waves: path of an FST file for the waveform of one layer's simulation.
        ifmap: integers, NHWC, for one layer, or floats of the engine's ``number_format``; None:
            random, as for the next four.
        weight: integers, ``(kernel_h, kernel_w, channels, channel_multiplier)``.
        bias: one integer for each ofmap channel, in place of the quantisation's; with an epilogue
            floats of the format of the sums or of the ifmap.
        quantisation: the requantisation of the layer.
        activation: for an engine with an epilogue: as for ``depthwise_conv2d``.
        verdicts: take over the verdicts of earlier runs on the same inputs
            (``dwsim.verification.kept_verdicts``); None: everything runs.
        progress: called several times a second with the number of ofmap beats so far.

    Returns:
        A ``Verified`` for each layer and profile, in that order: ``job`` (layer, stalls, seed),
        ``plan``, ``cycles``, and ``ofmap`` (NHWC, int64; the words of an engine's floats).

    Raises:
        SpecError: with every violated rule of the arguments, or of the fit of any layer.
        MismatchError: if RTL, model and golden disagree: the first difference, and the command
            that replays it from a directory under ``dwsim-failures/``.
        ToolError: if the simulator is missing or fails.
    """
    from dwsim.stream.stalls import PROFILES
    from dwsim.verification.layer_plans import layer_list, plans_of
    from dwsim.verification.own_data import OwnData, with_own_data

    chosen = layer_list("verify", layers)
    rules = Rules("verify")
    _check_stalls_and_seed(rules, stalls, seed, "all")
    known = simulator in SIMULATORS
    rules.require(known, "simulator", simulator, f"must be one of {', '.join(SIMULATORS)}")
    rules.require(
        interleave == 1 or not static,
        "interleave",
        interleave,
        "must be 1 with static: a static engine is plane-major",
    )
    path = _waveform(rules, waves, len(chosen))
    own = OwnData(ifmap, weight, bias, quantisation, activation)
    rule = "must be one layer with ifmap, weight, bias, quantisation or activation"
    rules.require(len(chosen) == 1 or not own.given, "layers", len(chosen), rule)
    rules.raise_if_any()
    plans = plans_of("verify", chosen, engine, interleave, cut=not static)
    # After the checks: a bad call fails even where no simulator is installed.
    from dwsim.verification.layer_runs import run_layer_jobs
    from dwsim.verification.random_jobs import random_jobs

    profiles = tuple(PROFILES) if stalls == "all" else (stalls,)
    jobs = [with_own_data(random_jobs(plan, profiles, seed), plan, own) for plan in plans]
    return run_layer_jobs(
        engine,
        jobs,
        static=static,
        simulator=simulator,
        waves=path,
        verdicts=verdicts,
        progress=progress,
    )


def generate(
    engine: EngineSpec,
    layers: LayerSpec | Iterable[LayerSpec] = (),
    *,
    output: str | Path,
    static: Iterable[str] = (),
    axil: bool = False,
    axis_bytes: bool | None = None,
    vectors: Iterable[str] = (),
    seed: int = 1,
    prefix: str = "",
    target: str = "generic",
    force: bool = False,
) -> list[Path]:
    """Writes the directory of an engine: all that an integrator needs, without dwsim.

    The same arguments give the same bytes.

    Args:
        engine: the engine.
        layers: layers that the README and ``spec.toml`` describe; each must fit the engine.
        output: the directory; it is replaced as a whole if dwsim wrote it.
        static: names of those layers that also get an engine with their geometry tied off.
        axil: also write the engine behind an AXI4-Lite port, a C header and a register table.
        axis_bytes: give the tops around the core streams of whole bytes, with one bit of tkeep
            for each byte; ``None``: with ``axil``.
        vectors: names of layers, or ``["all"]``, for stimulus, expected output and testbenches.
        seed: of the data of the vectors; not negative.
        prefix: put in front of the name of every module, with an underscore.
        target: "generic", or a target whose primitives the engine is made of, such as "ecp5".
        force: overwrite edited files, and keep files that dwsim did not write.

    Returns:
        The paths of the files, sorted.

    Raises:
        SpecError: with every violated rule; nothing is written then.
        OSError: if the directory cannot be written; nothing is left behind then.
    """
    from dwsim.codegen.delivery import deliver
    from dwsim.codegen.options import DeliveryOptions
    from dwsim.verification.layer_plans import layer_list, plans_of

    chosen = tuple(layer_list("generate", layers, at_least=0))
    plans_of("generate", chosen, engine, cut=False)
    options = DeliveryOptions(
        static=tuple(dict.fromkeys(static)),
        axil=axil,
        axis_bytes=axis_bytes,
        vectors=tuple(dict.fromkeys(vectors)),
        seed=seed,
        prefix=prefix,
        target=target,
    )
    made = deliver(engine, chosen, output=output, options=options, force=force)
    return [made.directory / name for name in made.files]


def explore(
    space: Space | str | Path,
    directory: str | Path | None = None,
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Outcome:
    """Evaluates the engines of a space on its networks: exact cycles, area, and the front.

    A second call with the same directory reuses the results that are already there. With more
    than one worker, a script must call this under ``if __name__ == "__main__":``, because each
    worker imports the script.

    Args:
        space: the name of a ready space, the path of a TOML file, or a ``Space``.
        directory: where tables, spec files of the front's engines and the store of results go;
            None is ``dwsim-explore/NAME`` with the name of the space.
        workers: processes; None is one for each core, 1 is this process alone.
        scheduler: the address of a Dask cluster to use instead, such as "tcp://127.0.0.1:8786".
        progress: called with the number of engines that are done, and of all.

    Returns:
        An ``Outcome``: ``front`` maps the id of each engine on the front to its objectives, in
        the order of ``space.objectives``; ``points[id].engine`` is its ``EngineSpec``. ``print``
        shows the front as a table.

    Raises:
        SpecError: with every violated rule of the arguments, or of the space.
        ToolError: if a package or a tool is missing, another run writes to the directory, the
            cluster cannot be reached, or a worker dies.
    """
    from dwsim.support.optional_packages import exploration_packages

    rules = Rules("explore")
    if workers is not None:
        rules.integer("workers", workers, 1)
        rule = "must be None with workers: processes and a cluster exclude each other"
        rules.require(scheduler is None, "scheduler", scheduler, rule)
    rules.raise_if_any()
    with exploration_packages():
        from dwsim.exploration.explore import explore as run
        from dwsim.exploration.pool import open_pool
        from dwsim.exploration.space import Space, read_space

        found = space if isinstance(space, Space) else read_space(space)
        where = Path("dwsim-explore") / found.name if directory is None else Path(directory)
        with open_pool(workers, scheduler) as pool:
            return run(found, where, pool, progress)


def _check_stalls_and_seed(rules: Rules, stalls: str, seed: int, *also: str) -> None:
    """Notes a profile that does not exist, and a seed that is no seed."""
    from dwsim.stream.stalls import PROFILES

    known = (*PROFILES, *also)
    rules.require(stalls in known, "stalls", stalls, f"must be one of {', '.join(known)}")
    rules.integer("seed", seed, 0)


def _waveform(rules: Rules, waves: str | Path | None, layers: int) -> Path | None:
    """The path of the waveform; it shows one simulation, and viewers go by its name."""
    if waves is None:
        return None
    path = Path(waves)
    rules.require(path.suffix == ".fst", "waves", str(path), "must be named *.fst, the format")
    rules.require(layers == 1, "waves", str(path), "shows one layer: give one layer")
    return path
