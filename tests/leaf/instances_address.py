"""Instances of the modules that find and free the pixels in rings of the cells."""

from __future__ import annotations

from collections.abc import Iterator

from dwsim.derive.serial_numbers import SerialNumbers
from tests.leaf.instances_serial import Ports, each_spec
from tests.leaf.leaf_specs import Instance


def cell_address() -> Iterator[Instance]:
    def ports(n: SerialNumbers) -> Ports:
        c, cells = n.counters, n.formats.pixels
        flags = ("restart", "init", "init_wraps", "fire", "first_column", "first_row")
        columns = ("start_x", "stride_w", "dilation_w", "pitch", "step_x")
        addresses = ("start_address", "step_address", "row_address", "tap_address")
        inputs = {
            **dict.fromkeys((*flags, "advance", "rewind"), 1),
            "wraps": cells,
            **dict.fromkeys(columns, c.x_width),
            **dict.fromkeys(addresses, c.pixel_address_width),
            "plane_beats": c.plane_beats_width,
        }
        return inputs, {"addresses": cells * c.cell_address_width}, ("addresses",)

    return each_spec("dw_cell_address", "cell_address", (), ports)


def release() -> Iterator[Instance]:
    def ports(n: SerialNumbers) -> Ports:
        c = n.counters
        addresses = ("start_address", "step_address", "row_address")
        inputs = {
            **dict.fromkeys(("restart", "advance"), 1),
            **dict.fromkeys(("ifmap_h", "start_y", "step_y", "stride_h"), c.y_width),
            **dict.fromkeys(("pitch", "step_x"), c.x_width),
            **dict.fromkeys(addresses, c.pixel_address_width),
            "plane_beats": c.plane_beats_width,
            "groups": c.groups_width,
        }
        return inputs, {"next_free": c.pixel_address_width}, ("next_free",)

    return each_spec("dw_release", "release", (), ports)
