"""Model of ``dw_group_tag``: the tags that travel with the ofmap beats of a window."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dwsim.derive import EngineNumbers
from dwsim.model.component import Component
from dwsim.model.countdown import Countdown


class GroupTag(Component):
    """Walks the passes of a beat, the beats of a window, the groups of a pixel, the planes.

    ``weight_word`` and ``weight_set`` describe the next emission, registers that end in ``_q`` the
    emission of the previous cycle, ``keep_count`` and ``last`` the emission before that.
    """

    def __init__(self, numbers: EngineNumbers) -> None:
        self.lanes = numbers.spec.lanes
        self.passes = numbers.spec.passes
        self.word_mask = (1 << numbers.counters.word_width) - 1
        self.set_mask = (1 << numbers.counters.set_width) - 1
        self.pass_index = 0
        self.hold_index = 0
        self.beat, self.group, self.plane = Countdown(), Countdown(), Countdown()
        self.counters = (self.beat, self.group, self.plane)
        self.holding = False
        self.claims = True
        self.held_final = False
        self.held_last = False
        self.weight_word = self.word_base = 0
        self.weight_set = self.set_base = 0
        self.pass_q = 0
        self.hold_index_q = 0
        self.valid_q = False
        self.tail_q = False
        self.first_q = False
        self.last_q = False
        self.keep_rest = 0
        self.keep_count = 0
        self.last = False

    def compute(
        self,
        rst: bool,
        restart: bool,
        emit: bool,
        plane_final: bool,
        plane_last: bool,
        config: Mapping[str, Any],
    ) -> None:
        """The slot raster's decisions of this cycle."""
        pass_last = self.pass_index == self.passes - 1
        beat_end = emit and pass_last
        window_last = pass_last and self.beat.last
        is_final = self.held_final if self.holding else plane_final
        is_last = self.held_last if self.holding else plane_final and plane_last
        self.beat.compute(restart, beat_end, config["channel_multiplier"])
        self.group.compute(restart, emit and window_last, config["interleave"])
        self.plane.compute(restart, emit and window_last and is_final, config["image_planes"])

        self.next = {
            "valid_q": beat_end and not rst,
            "pass_q": self.pass_index,
            "hold_index_q": self.hold_index,
            "tail_q": self.group.last and self.plane.last,
            "first_q": self.hold_index == 0,
            "last_q": window_last and is_last,
        }
        if rst or restart:
            self.next.update(holding=False, claims=True)
        elif emit:
            self.next.update(holding=not window_last, claims=pass_last)
        if emit and not self.holding:
            self.next.update(held_final=plane_final, held_last=plane_final and plane_last)
        self._walk(restart, emit, pass_last, window_last and self.group.last, is_final)
        if self.valid_q:
            left = config["tail_channels"] if self.first_q else self.keep_rest
            self.next.update(
                keep_count=min(left, self.lanes) if self.tail_q else self.lanes,
                keep_rest=max(left - self.lanes, 0),
                last=self.last_q,
            )

    def _walk(
        self, restart: bool, emit: bool, pass_last: bool, pixel_last: bool, is_final: bool
    ) -> None:
        """The indices of the next emission's pass, beat, weight word and weight set."""
        if restart:
            self.next.update(
                pass_index=0, hold_index=0, weight_word=0, word_base=0, weight_set=0, set_base=0
            )
            return
        if not emit:
            return
        turns = pixel_last and is_final
        word = (self.weight_word + 1) & self.word_mask
        onward = 0 if self.plane.last else word
        self.next["pass_index"] = 0 if pass_last else self.pass_index + 1
        self.next["weight_word"] = (onward if is_final else self.word_base) if pixel_last else word
        if turns:
            self.next["word_base"] = onward
        if not pass_last:
            return
        index = (self.weight_set + 1) & self.set_mask
        onward = 0 if self.plane.last else index
        self.next["hold_index"] = 0 if self.beat.last else self.hold_index + 1
        self.next["weight_set"] = (onward if is_final else self.set_base) if pixel_last else index
        if turns:
            self.next["set_base"] = onward

    def commit(self) -> None:
        """The clock edge, of the counters too."""
        for counter in self.counters:
            counter.commit()
        super().commit()
