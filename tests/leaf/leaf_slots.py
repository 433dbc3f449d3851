"""Inside the simulator: the slot raster, and the start of its planes."""

from __future__ import annotations

from typing import Any

from dwsim.derive import EngineNumbers
from dwsim.model.raster import Raster
from dwsim.model.raster_axis import RasterAxis
from dwsim.model.slot_raster import Decision, SlotRaster
from tests.leaf.leaf_harness import Case, Coin, Expected, Values, leaf_test
from tests.leaf.slot_law import Geometry, SlotLaw


class SlotRasterCase(Case):
    """Streams of any geometry; beats, credit and passes as their modules offer them."""

    reset_odds = 1 / 1000

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.component = SlotRaster(EngineNumbers(self.spec))
        self.beat, self.credit = Coin(self.rng), Coin(self.rng)
        self.has_beat = self.has_credit = False
        self.loading = self.run = self.known = self.stepped = False
        self._set(self._draw())
        self.law = SlotLaw(self.geometry)
        self.registers: Expected = {}
        self.met = dict.fromkeys(("streams", "voids", "long lags", "leads", "claims"), 0)
        if self.parameters["MAX_LAG"] <= 1:
            del self.met["leads"], self.met["long lags"]

    def _draw(self) -> Geometry:
        """A geometry; ``lag`` up to several planes, where the engine's limit lets it."""
        spec, rng = self.spec, self.rng
        interleave = rng.randint(1, min(spec.max_interleave, spec.max_row_pitch))
        rows = self._axis(spec.max_plane_rows, spec.kernel_h)
        cols = self._axis(spec.max_row_pitch // interleave, spec.kernel_w)
        plane_pitch = rows["pitch"] * cols["pitch"] * interleave
        longest = self.parameters["MAX_LAG"]
        lags = (0, 1, longest, plane_pitch - 1, plane_pitch, rng.randint(0, longest))
        lag = min(longest, rng.choice(lags))
        passes = rng.choice((1, 1, 2, 3))
        return Geometry(
            **{f"{name}_h": value for name, value in rows.items()},
            **{f"{name}_w": value for name, value in cols.items()},
            interleave=interleave,
            planes=rng.choice((1, 2, 3, 5)),
            lag=lag,
            lead=lag > 0 and rng.random() < 0.3,
            passes=passes,
            hold=passes * rng.choice((1, 1, 2)),
        )

    def _set(self, geometry: Geometry) -> None:
        self.geometry = geometry
        self.config = geometry.ports
        counters = EngineNumbers(self.spec).counters
        self.words = self.config | {
            name: sum(
                (start & ((1 << width) - 1)) << t * width
                for t, start in enumerate(self.config[name])
            )
            for name, width in (
                ("tap_row", counters.tap_row_width),
                ("tap_col", counters.tap_col_width),
            )
        }

    def _axis(self, longest: int, taps: int) -> dict[str, Any]:
        rng = self.rng
        pitch = rng.choice((1, longest, rng.randint(1, longest)))
        stride = rng.choice((1, 1, rng.randint(1, longest)))
        fits = (pitch - 1) // stride + 1
        ifmap = rng.choice((pitch, rng.randint(1, pitch)))
        return {
            "pitch": pitch,
            "stride": stride,
            "ifmap": ifmap,
            "ofmap": rng.choice((fits, fits, rng.randint(1, fits))),
            "tap": tuple(rng.randint(1 - pitch, ifmap) for _ in range(taps)),
        }

    def drive(self) -> Values:
        restart = self.loading or (not self.run and self.rng.random() < 0.5)
        if restart and not self.loading:
            self._set(self._draw())
        start = restart and self.rng.random() < 0.7
        # An offer stays until it is taken.
        self.has_beat = self.has_beat or self.beat()
        self.has_credit = self.has_credit or self.credit()
        held = self.law.held if self.run else 0
        return {
            **self.words,
            "rst": self.rst(),
            "restart": int(restart),
            "start": int(start),
            "run": int(self.run),
            "beat_available": int(self.has_beat),
            "credit_available": int(self.has_credit),
            "holding": int(held > 0),
            "claims": int(held % self.geometry.passes == 0),
        }

    def _decision(self, i: Values) -> Decision:
        names = ("beat_available", "credit_available", "holding", "claims")
        flags = (bool(i[name]) for name in names)
        return self.component.decide(bool(i["run"]), self.config, *flags)

    def model(self, i: Values) -> Expected:
        raster = self.component
        if not self.known:
            return {}
        now = self._decision(i)
        names = ["take", "final_take", "emit", "done"]
        # Outside a run the rasters may continue, because nothing reads them.
        names += ["plane_final", "plane_last"] if i["run"] else []
        stepped = self.stepped and i["run"]
        masks = {"row_mask": raster.row_mask, "col_mask": raster.col_mask} if stepped else {}
        return {
            **{name: getattr(now, name) for name in names},
            "step_q": raster.step_q,
            "emit_q": raster.emit_q,
            **{name: sum(b << t for t, b in enumerate(mask)) for name, mask in masks.items()},
        }

    def promise(self, i: Values) -> Expected:
        if not self.known:
            return {}
        if not i["run"]:
            idle = ("take", "final_take", "emit", "starved", "backpressured")
            registers = {name: self.registers[name] for name in ("step_q", "emit_q")}
            return dict.fromkeys(idle, 0) | registers
        beat, credit = bool(i["beat_available"]), bool(i["credit_available"])
        return self.law.decide(beat, credit) | self.registers

    def clock(self, i: Values) -> None:
        rst, restart, run = bool(i["rst"]), bool(i["restart"]), bool(i["run"])
        self.component.compute(rst, restart, self.config, self._decision(i))
        self.component.commit()
        self.registers = self.registers | {"step_q": 0, "emit_q": 0}
        if run and self.known:
            self._advance()
        if restart:
            self.law, self.known = SlotLaw(self.geometry), True
            self.registers, self.stepped = {"step_q": 0, "emit_q": 0}, False
            self.run = bool(i["start"])
            self.loading = not self.run
        if rst:
            self.loading = self.run = False
            self.registers = self.registers | {"step_q": 0, "emit_q": 0}

    def _advance(self) -> None:
        """Advances past the slot that the law has decided."""
        law = self.law
        was_done = law.done
        if law.takes:
            self.has_beat = False
        if law.emits and law.claims:
            self.has_credit = False
            self.met["claims"] += law.held > 0
        if law.steps:
            self.stepped = True
            self.registers = law.masks()
        self.registers = self.registers | {"step_q": law.steps, "emit_q": law.emits}
        if "leads" in self.met:
            self.met["leads"] += law.steps and self.geometry.lead
            self.met["long lags"] += law.emits and self.geometry.lag > self.geometry.plane_pitch
        self.met["voids"] += law.steps and law.waits_for_plane
        law.advance()
        self.met["streams"] += law.done and not was_done
        if was_done and self.rng.random() < 0.3:
            self.run = False

    def uncovered(self) -> str:
        return ", ".join(f"enough {name}" for name, count in self.met.items() if count < 5)


def hit_next(raster: Raster, strides: tuple[int, int]) -> bool:
    """The raster's slot after the next one is hit, if it is of the same plane."""

    def axis(axis: RasterAxis, stride: int) -> bool:
        in_phase = stride == 1 if axis.phase == 1 else axis.phase == 2
        return in_phase and axis.hits_left - axis.hit > 0

    row = axis(raster.row, strides[0]) or raster.row.last if raster.row_end else raster.row.hit
    col = axis(raster.col, strides[1]) or raster.col.last if raster.pixel_end else raster.col.hit
    return row and col


class PlaneStartCase(SlotRasterCase):
    """The same streams; the model of the slot raster tells where its rasters are."""

    def drive(self) -> Values:
        driven = super().drive()
        raster = self.component
        into, out = raster.in_raster, raster.out_raster
        strides = (self.geometry.stride_h, self.geometry.stride_w)
        step = self._decision(driven).step if driven["run"] else self.rng.random() < 0.5
        self.slot = driven
        names = ("rst", "restart", "run", "lag", "lead", "beat_available")
        return {name: driven[name] for name in names} | {
            "start": int(driven["start"]),
            "step": int(step),
            "in_plane_end": int(into.plane_end),
            "in_turns": int(into.turns),
            "in_hit_next": int(hit_next(into, (1, 1))),
            "out_plane_end": int(out.plane_end),
            "out_turns": int(out.turns),
            "out_hit_next": int(hit_next(out, strides)),
        }

    def model(self, i: Values) -> Expected:
        if not self.known or not i["run"]:
            return {}
        start = self.component.plane_start
        return {**self._decision(self.slot).slots._asdict(), "in_may_begin": start.in_may_begin}

    def promise(self, i: Values) -> Expected:
        if not self.known:
            return {}
        if not i["run"]:
            return {"in_hit": 0, "out_hit": 0}
        law, lead = self.law, self.geometry.lead
        law.decide(bool(i["beat_available"]), bool(self.slot["credit_available"]))
        return {
            "in_may_begin": law.may_begin and not lead,
            "in_live": law.into is not None,
            "in_due": law.wants_beat and (lead or not law.begins),
            "in_hit": law.wants_beat,
            "out_live": law.out is not None,
            "out_due": law.hits or (law.may_begin and self.geometry.lag == 0),
            "out_hit": law.hits,
        }

    def clock(self, i: Values) -> None:
        super().clock(self.slot)


dw_plane_start = leaf_test("dw_plane_start", PlaneStartCase, 8000)
dw_slot_raster = leaf_test("dw_slot_raster", SlotRasterCase, 8000)
