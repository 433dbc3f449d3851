"""Model of ``dw_group_tag``: what travels with an emitted window."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dwsim.model.component import Component


class GroupTag(Component):
    """Counts channel groups and the beats of a held window."""

    def __init__(self, lanes: int, set_width: int) -> None:
        self.lanes = lanes
        self.set_mask = (1 << set_width) - 1
        self.hold_left = 0
        self.groups_left = 0
        self.set_base = 0
        self.is_tail = False
        self.is_final = False
        self.keep_rest = 0
        self.weight_set = 0
        self.hold_index = 0
        self.keep_count = 0
        self.last = False

    @property
    def holding(self) -> bool:
        """The window is to be emitted again."""
        return self.hold_left != 0

    def compute(
        self,
        rst: bool,
        restart: bool,
        emit_first: bool,
        emit: bool,
        group_final: bool,
        plane_last: bool,
        config: Mapping[str, Any],
    ) -> None:
        """The slot raster's decisions of this cycle."""
        multiplier = config["channel_multiplier"]
        group_last = self.groups_left == 1
        self.next = {}
        if rst or restart:
            self.next["hold_left"] = 0
        elif emit_first:
            self.next["hold_left"] = multiplier - 1
        elif emit:
            self.next["hold_left"] = self.hold_left - 1

        if restart:
            self.next.update(groups_left=config["channel_groups"], set_base=0)
        elif group_final:
            self.next.update(
                groups_left=config["channel_groups"] if group_last else self.groups_left - 1,
                set_base=0 if group_last else (self.set_base + multiplier) & self.set_mask,
            )

        if emit_first:
            final = group_final and plane_last
            self.next.update(
                is_tail=group_last,
                is_final=final,
                weight_set=self.set_base,
                hold_index=0,
                last=final and multiplier == 1,
            )
        elif emit:
            self.next.update(
                weight_set=(self.weight_set + 1) & self.set_mask,
                hold_index=self.hold_index + 1,
                last=self.is_final and self.hold_left == 1,
            )
        if emit:
            in_tail = group_last if emit_first else self.is_tail
            keep_left = config["tail_channels"] if emit_first else self.keep_rest
            self.next.update(
                keep_count=min(keep_left, self.lanes) if in_tail else self.lanes,
                keep_rest=max(keep_left - self.lanes, 0),
            )
