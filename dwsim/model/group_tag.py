"""Model of ``dw_group_tag``: the tags that travel with the ofmap beats of a window."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dwsim.derive import EngineNumbers
from dwsim.model.component import Component
from dwsim.model.pass_walk import PassWalk, Place


class GroupTag(Component):
    """The weights of the next emission, and the lanes and the end mark of the beats before it.

    ``weight_word`` and ``weight_set`` describe the next emission, registers that end in ``_q`` the
    emission of the previous cycle, ``keep_count`` and ``last`` the emission before that.
    """

    def __init__(self, numbers: EngineNumbers) -> None:
        self.lanes = numbers.spec.lanes
        self.word_mask = (1 << numbers.counters.word_width) - 1
        self.set_mask = (1 << numbers.counters.set_width) - 1
        self.pass_walk = PassWalk(numbers)
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

    @property
    def holding(self) -> bool:
        """The last window has passes to go."""
        return self.pass_walk.holding

    @property
    def claims(self) -> bool:
        """The next emission is the first pass of an ofmap beat."""
        return self.pass_walk.claims

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
        walk = self.pass_walk
        now = walk.place(emit, plane_final, plane_last)
        walk.compute(rst, restart, emit, plane_final, plane_last, config)
        self.next = {
            "valid_q": now.beat_end and not rst,
            "pass_q": walk.pass_index,
            "hold_index_q": walk.hold_index,
            "tail_q": now.group_last and now.image_last,
            "first_q": walk.hold_index == 0,
            "last_q": now.window_last and now.is_last,
        }
        self._compute_weights(restart, emit, now)
        if self.valid_q:
            left = config["tail_channels"] if self.first_q else self.keep_rest
            self.next.update(
                keep_count=min(left, self.lanes) if self.tail_q else self.lanes,
                keep_rest=max(left - self.lanes, 0),
                last=self.last_q,
            )

    def _compute_weights(self, restart: bool, emit: bool, now: Place) -> None:
        """The weight word and the weight set of the next emission."""
        if restart:
            self.next.update(weight_word=0, word_base=0, weight_set=0, set_base=0)
            return
        pixel_last = now.window_last and now.group_last
        for name, base, mask, step in (
            ("weight_word", "word_base", self.word_mask, emit),
            ("weight_set", "set_base", self.set_mask, now.beat_end),
        ):
            if not step:
                continue
            following = (getattr(self, name) + 1) & mask
            onward = 0 if now.image_last else following
            after_pixel = onward if now.is_final else getattr(self, base)
            self.next[name] = after_pixel if pixel_last else following
            if pixel_last and now.is_final:
                self.next[base] = onward

    def commit(self) -> None:
        """The clock edge, of the walk too."""
        self.pass_walk.commit()
        super().commit()
