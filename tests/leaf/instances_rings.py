"""Instances of the modules that only an engine with a ring for each cell has."""

from __future__ import annotations

from collections.abc import Iterator

from dwsim.derive.serial_numbers import SerialNumbers
from tests.leaf.instances_serial import Ports, each_spec
from tests.leaf.leaf_specs import Instance


def _pixel_ram(module: str, pixels: int, width: int, address: int) -> Instance:
    return Instance(
        module,
        {
            "write": 1,
            "write_address": address,
            "write_data": pixels * width,
            "read_address": address + pixels.bit_length() - 1,
        },
        {"read_data": width},
        ("read_data",),
        {"WIDTH": width, "PIXELS": pixels, "ADDR_W": address},
    )


def pixel_ram() -> Iterator[Instance]:
    few = ((1, 9, 1), (1, 5, 6), (2, 17, 3), (2, 9, 5))
    many = ((4, 9, 1), (4, 5, 4), (8, 9, 2), (8, 3, 6))
    for pixels, width, address in (*few, *many):
        yield _pixel_ram("dw_pixel_ram", pixels, width, address)


def ecp5_pixel_ram() -> Iterator[Instance]:
    # Each shape of a block, with one column or two, full or not; and memories without a block.
    singles = ((1, 5, 6), (1, 9, 11), (1, 17, 8))
    pairs = ((2, 5, 10), (2, 9, 6), (2, 17, 9))
    fours = ((4, 5, 6), (4, 9, 9), (4, 17, 8))
    inferred = ((1, 9, 5), (1, 5, 12), (2, 17, 4), (2, 9, 11), (4, 9, 5), (4, 5, 10), (8, 9, 6))
    for pixels, width, address in (*singles, *pairs, *fours, *inferred):
        yield _pixel_ram("ecp5_dw_pixel_ram", pixels, width, address)


def cell_rings() -> Iterator[Instance]:
    def ports(n: SerialNumbers) -> Ports:
        cells, beat = n.formats.pixels, n.formats.ifmap_pixels
        place = n.counters.ring_address_width + beat.bit_length() - 1
        inputs = {
            "restart": 1,
            "write": 1,
            "write_data": beat * n.formats.pixel_width,
            "addresses": cells * place,
        }
        return inputs, {"pixels": cells * n.formats.pixel_width}, ("pixels",)

    return each_spec("dw_cell_rings", "cell_rings", (), ports)
