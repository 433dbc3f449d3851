"""The rows of a timing diagram: one signal of a recording as WaveDrom draws it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from docs.generators.recording import Recording
from dwsim.model.activity import Activity

PLAIN, MARKED, STALLED, UNKNOWN = "5", "3", "2", "x"
"""WaveDrom's bricks for a value: white, blue and orange in its skin "narrow", and hatched."""

CHARACTERS_PER_CYCLE = 3
"""Width of a cycle in characters, to leave out a text that does not fit."""


@dataclass(frozen=True)
class Cell:
    """A signal in one cycle: WaveDrom's brick, and a text in it."""

    brick: str
    text: str = ""


NOTHING = Cell(UNKNOWN)

Row = Callable[[Recording], Sequence[Cell]]
"""A cell for each cycle of a recording."""


def lane(name: str, cells: Sequence[Cell]) -> dict[str, object]:
    """The cells as a signal in WaveJSON."""
    wave: list[str] = []
    texts: list[str] = []
    lengths: list[int] = []
    for before, cell in zip((None, *cells), cells, strict=False):
        if cell == before:
            wave.append(".")
            lengths[-1] += 1
            continue
        wave.append(cell.brick)
        texts.append(cell.text)
        lengths.append(1)
    data = [
        # An empty text would shift the texts after it.
        text if len(text) <= CHARACTERS_PER_CYCLE * length else " "
        for text, length in zip(texts, lengths, strict=True)
        if text
    ]
    return {"name": name, "wave": "".join(wave), "data": data}


def row(name: str) -> Row:
    """The row of a signal of the trace, or one of ``ROWS``."""
    return ROWS.get(name) or _signal(name)


def _signal(name: str) -> Row:
    def cells(recording: Recording) -> Sequence[Cell]:
        is_bit = recording.trace.widths[name] == 1
        return [
            NOTHING if value is None else Cell(str(value)) if is_bit else Cell(PLAIN, str(value))
            for value in recording.trace.column(name)
        ]

    return cells


def _payload(port: str) -> Row:
    """The values of a stream with one lane: blue in the cycle of the transfer, else white."""

    def cells(recording: Recording) -> Sequence[Cell]:
        trace = recording.trace
        width = trace.widths[f"{port}_tdata"]

        def cell(value: int | None, valid: int | None, ready: int | None) -> Cell:
            if value is None or not valid:
                return NOTHING
            signed = value - (1 << width) if value >> (width - 1) else value
            return Cell(MARKED if ready else PLAIN, str(signed))

        columns = (trace.column(f"{port}_{part}") for part in ("tdata", "tvalid", "tready"))
        return [cell(*seen) for seen in zip(*columns, strict=True)]

    return cells


def _slot(recording: Recording) -> Sequence[Cell]:
    """Numbers the slots of each stream up to its last output, one cycle late, as ``step_q``."""
    cells = [NOTHING]
    number = 0
    for cycle, slot in enumerate(recording.slots[:-1]):
        if cycle in recording.starts:
            number = 0
        stream = recording.streams[sum(start <= cycle for start in recording.starts) - 1]
        if not slot or number >= stream.plan.slots:
            cells.append(NOTHING)
            continue
        cells.append(Cell(MARKED if slot == "beat" else PLAIN, str(number)))
        number += 1
    return cells


def _activity(recording: Recording) -> Sequence[Cell]:
    bricks = {Activity.COMPUTE: MARKED, Activity.BACKPRESSURED: STALLED}
    bricks[Activity.INPUT_STARVED] = STALLED
    kinds = list(Activity)
    indices = recording.trace.column("activity")
    return [
        NOTHING
        if index is None or cycle < recording.starts[0] or cycle > recording.ends[-1]
        else Cell(bricks.get(kinds[index], PLAIN), kinds[index].value)
        for cycle, index in enumerate(indices)
    ]


ROWS: dict[str, Row] = {
    "s_axis_ifmap_tdata": _payload("s_axis_ifmap"),
    "m_axis_ofmap_tdata": _payload("m_axis_ofmap"),
    "slot": _slot,
    "activity": _activity,
}
"""Rows that are more than one signal of the trace."""
