"""Streams that are aimed at goals of functional coverage: random ones, with a hint for each bin."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from dwsim import EngineSpec, LayerSpec, SpecError
from dwsim.derive import Plan
from dwsim.derive.requantise_domain import check_domain
from dwsim.rtlsim.job import Job
from dwsim.stream.random_quantisation import random_quantisation
from tests.cosim.layers import interleaves, layer_data
from tests.functional.axes import AXES, LONG, Sample
from tests.functional.crosses import CROSSES
from tests.functional.table import Goal, Table, goals_of

TRIES = 400
"""Draws for a goal on each engine."""
LONGEST = 1500
"""Cycles of a stream."""


@dataclass
class Draft:
    """The fields of a layer and the options of its job."""

    engine: EngineSpec
    rng: random.Random
    layer: dict[str, int] = field(default_factory=dict)
    job: dict[str, Any] = field(default_factory=dict)
    rounding: str | None = None
    zero_point: int | None = None
    interleave: str = "1"


Hint = Callable[[Draft], None]


def _layer(**sizes: int) -> Hint:
    return lambda d: d.layer.update(sizes)


def _job(**options: Any) -> Hint:
    return lambda d: d.job.update(options)


def _pads(top: int, bottom: int, left: int, right: int) -> Hint:
    return _layer(pad_top=top, pad_bottom=bottom, pad_left=left, pad_right=right)


def _strides(rows: int, cols: int) -> Hint:
    return _layer(stride_h=rows, stride_w=cols)


def _dilations(rows: int, cols: int) -> Hint:
    def hint(d: Draft) -> None:
        most = d.engine.max_dilation_h, d.engine.max_dilation_w
        d.layer.update(kernel_h=min(d.engine.kernel_h, 3), kernel_w=min(d.engine.kernel_w, 3))
        d.layer.update(dilation_h=min(rows, most[0]), dilation_w=min(cols, most[1]))

    return hint


def _of_engine(axis: str, value: Callable[[EngineSpec], int]) -> Hint:
    return lambda d: d.layer.update({axis: value(d.engine)})


def _set(name: str, value: Any) -> Hint:
    return lambda d: setattr(d, name, value)


def _both(*hints: Hint) -> Hint:
    def hint(d: Draft) -> None:
        for one in hints:
            one(d)

    return hint


def _in_part(d: Draft) -> None:
    d.layer["channels"] = d.engine.lanes * d.engine.max_channel_groups
    d.interleave = "in part"


def _all_groups(d: Draft) -> None:
    groups = min(d.engine.max_interleave, d.engine.max_channel_groups)
    d.layer["channels"] = d.engine.lanes * d.rng.randint(min(2, groups), groups)
    d.interleave = "all groups"


def _surplus(field_name: str, sign: int) -> Hint:
    return lambda d: d.job.update({field_name: sign * d.rng.choice((1, 2, 3))})


_SMALL = _layer(ifmap_h=1, ifmap_w=2)
HINTS: dict[Goal, Hint] = {
    ("stride", "1"): _strides(1, 1),
    ("stride", "2"): _strides(2, 2),
    ("stride", "3 or more"): _strides(3, 3),
    ("stride", "unequal"): _strides(2, 3),
    ("stride", "beyond the kernel"): _both(_strides(3, 2), _layer(kernel_h=1, kernel_w=1)),
    ("dilation", "1"): _dilations(1, 1),
    ("dilation", "2"): _dilations(2, 2),
    ("dilation", "3 or more"): _dilations(3, 3),
    ("dilation", "unequal"): _dilations(1, 2),
    ("padding", "none"): _pads(0, 0, 0, 0),
    ("padding", "around"): _pads(2, 1, 1, 2),
    ("padding", "before only"): _pads(1, 0, 2, 0),
    ("padding", "after only"): _pads(0, 2, 0, 1),
    ("padding", "beyond the kernel"): _pads(4, 1, 3, 0),
    ("lag", "0"): _both(_layer(kernel_h=1, kernel_w=1), _pads(0, 0, 0, 0)),
    ("lag", "beyond a plane"): _both(_SMALL, _dilations(3, 3), _layer(batch=3)),
    ("lag", "lead"): _layer(kernel_h=1, kernel_w=1, pad_top=2),
    ("lag", "lead beyond a plane"): _both(
        _SMALL, _layer(kernel_h=1, kernel_w=1, pad_top=3, stride_h=4, batch=3)
    ),
    ("multiplier", "1"): _layer(channel_multiplier=1),
    ("multiplier", "several"): _of_engine("channel_multiplier", lambda e: e.max_channel_multiplier),
    ("batch", "1"): _layer(batch=1),
    ("batch", "several"): _layer(batch=2),
    ("interleave", "1"): _set("interleave", "1"),
    ("interleave", "in part"): _in_part,
    ("interleave", "all groups"): _all_groups,
    ("parameters", "kept"): _job(load=False),
    ("zero point", "lowest"): _set("zero_point", -128),
    ("zero point", "zero"): _set("zero_point", 0),
    ("zero point", "inside"): _set("zero_point", 17),
    ("zero point", "highest"): _set("zero_point", 127),
    ("stream", "tlast early"): _surplus("ifmap_surplus", -1),
    ("stream", "tlast late"): _surplus("ifmap_surplus", 1),
    ("stream", "few parameters"): _surplus("param_surplus", -1),
    ("stream", "many parameters"): _surplus("param_surplus", 1),
    ("stream", "reset"): lambda d: d.job.update(reset_after=d.rng.randint(1, 60)),
    ("size", "one pixel"): _layer(ifmap_h=1, ifmap_w=1),
    ("size", "one row"): _layer(ifmap_h=1, ifmap_w=7),
    ("size", "one column"): _layer(ifmap_h=7, ifmap_w=1),
    ("maximum", "row pitch"): _of_engine("ifmap_w", lambda e: e.max_row_pitch),
    ("maximum", "plane rows"): _of_engine("ifmap_h", lambda e: e.max_plane_rows),
    ("maximum", "channel groups"): _of_engine("channels", lambda e: e.lanes * e.max_channel_groups),
    ("maximum", "multiplier"): _of_engine("channel_multiplier", lambda e: e.max_channel_multiplier),
    ("maximum", "interleave"): _all_groups,
    ("maximum", "dilation"): _dilations(255, 255),
    ("maximum", "batch"): _both(
        _of_engine("batch", lambda e: e.max_batch),
        _layer(ifmap_h=1, ifmap_w=1, kernel_h=1, kernel_w=1, channels=1, stride_h=1, stride_w=1),
        _pads(0, 0, 0, 0),
    ),
    # Hints for both bins of a cross undo each other here.
    ("lag x padding", "0 x before only"): _both(
        _layer(kernel_h=2, kernel_w=2, dilation_h=1, dilation_w=1), _pads(1, 0, 1, 0)
    ),
    ("lag x padding", "0 x beyond the kernel"): _both(
        _layer(ifmap_h=3, ifmap_w=1, kernel_h=2, kernel_w=2, dilation_h=1, dilation_w=1),
        _both(_pads(0, 0, 2, 0), _strides(1, 2)),
    ),
    ("lag x padding", "beyond a plane x beyond the kernel"): _both(
        _layer(ifmap_h=1, ifmap_w=1, kernel_h=3, kernel_w=2, dilation_h=2, dilation_w=1, batch=2),
        _both(_pads(0, 4, 2, 0), _strides(1, 2)),
    ),
    ("stop", "of a thousand cycles"): _job(stalls=LONG),
    **{("stalls", name): _job(stalls=name) for name in AXES["stalls"]},
    **{("rounding", n): _set("rounding", n) for n in AXES["rounding"] if n != "none"},
}
"""Changes of a random draft that lead to a bin; bins without a hint are met by chance."""


def aimed(
    engines: Iterable[EngineSpec], seen: Iterable[Sample], seed: int
) -> dict[EngineSpec, list[Job]]:
    """Streams for the goals that ``seen`` does not meet, by engine; some goals may remain."""
    listed = list(engines)
    table = Table(seen)
    jobs: dict[EngineSpec, list[Job]] = {}
    rng = random.Random(f"aimed {seed}")
    for goal in table.missing():
        if table.counts[goal]:
            continue
        found = _aim(goal, rng.sample(listed, len(listed)), rng)
        if found is None:
            continue
        engine, stream = found
        jobs.setdefault(engine, []).extend(stream)
        for job in stream:
            table.add(Sample(engine, job))
    return jobs


def _aim(
    goal: Goal, engines: list[EngineSpec], rng: random.Random
) -> tuple[EngineSpec, list[Job]] | None:
    """A stream that meets the goal, behind the one whose parameters it keeps, if it does."""
    hints = list(_hints(goal))
    for attempt in range(TRIES):
        engine = engines[attempt % len(engines)]
        draft = _draft(engine, rng)
        for hint in hints if attempt % 3 else reversed(hints):
            hint(draft)
        job = _job_of(draft)
        if job is not None and goal in set(goals_of(Sample(engine, job))):
            first = replace(job, load=True, stalls="none", seed=job.seed + 1)
            return engine, [job] if job.load else [first, job]
    return None


def _hints(goal: Goal) -> Iterator[Hint]:
    cross = next((cross for cross in CROSSES if cross.name == goal[0]), None)
    parts = [goal]
    if cross is not None and goal not in HINTS:
        parts = list(zip((cross.first, cross.second), goal[1].split(" x "), strict=True))
    return (HINTS[part] for part in parts if part in HINTS)


def _draft(engine: EngineSpec, rng: random.Random) -> Draft:
    """Any small layer, whose stream is regular."""
    groups = rng.randint(1, engine.max_channel_groups)
    sizes = {
        "ifmap_h": rng.randint(1, 7),
        "ifmap_w": rng.randint(1, 7),
        "channels": max(1, engine.lanes * groups - rng.choice((0, 1))),
        "kernel_h": rng.randint(1, engine.kernel_h),
        "kernel_w": rng.randint(1, engine.kernel_w),
        "batch": rng.choice((1, 1, 2)),
        "channel_multiplier": rng.choice((1, engine.max_channel_multiplier)),
        "stride_h": rng.choice((1, 1, 2)),
        "stride_w": rng.choice((1, 1, 2, 3)),
    }
    pads = ("pad_top", "pad_bottom", "pad_left", "pad_right")
    sizes |= {name: rng.choice((0, 1, 2, 3)) for name in pads}
    options = {"stalls": rng.choice(("none", "both")), "seed": rng.randrange(1, 1 << 20)}
    return Draft(engine, rng, sizes, options)


def _job_of(draft: Draft) -> Job | None:
    """The job of a draft; None if its parts do not go together."""
    engine, seed = draft.engine, draft.job["seed"]
    try:
        made = LayerSpec(**draft.layer, name="aimed")
        plan = Plan(made, engine)
    except SpecError:
        return None
    if plan.cycles > LONGEST:
        return None
    quantisation = random_quantisation(made, engine, seed)
    ifmap, weight = layer_data(made, engine, seed)
    try:
        if quantisation is not None:
            quantisation = _quantised(draft, quantisation)
            check_domain(weight, made, quantisation)
        options = draft.job | {"interleave": _interleave(draft, made)}
        job = Job(made, ifmap, weight, quantisation=quantisation, **options)
        short = min(job.ifmap_surplus + plan.ifmap_beats, job.param_surplus + plan.param_beats)
        return job if short > 0 and job.plan(engine) else None
    except SpecError:
        return None


def _quantised(draft: Draft, quantisation: Any) -> Any:
    """With the rounding and the zero point that are aimed at."""
    if draft.rounding in draft.engine.roundings:
        quantisation = replace(quantisation, rounding=draft.rounding)
    if draft.zero_point is not None and quantisation.ifmap_width == 8:
        quantisation = replace(quantisation, ifmap_zero_point=draft.zero_point)
    return quantisation


def _interleave(draft: Draft, made: LayerSpec) -> int:
    if draft.engine.dataflow == "tap_serial" or draft.interleave == "1":
        return 1
    able = interleaves(made, draft.engine)
    if draft.interleave == "all groups":
        return able[-1]
    return draft.rng.choice(able[1:-1] or able)
