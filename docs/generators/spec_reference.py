"""The reference page of spec files: their fields, with types, defaults and ranges from dwsim."""

from __future__ import annotations

from dataclasses import MISSING, Field, fields

from dwsim.spec.dataflow_rules import SERIAL_LIMITS
from dwsim.spec.engine_spec import LIMITS, REQUANTISE, EngineSpec
from dwsim.spec.float_arithmetic import FLOAT_FORMATS
from dwsim.spec.layer_spec import LayerSpec
from dwsim.support.resources import spec_dir

EXAMPLE = "tiny"

FORMATS = ", ".join(f"`{name}`" for name in FLOAT_FORMATS)
ENGINE = {
    "lanes": "channels that are processed at the same time",
    "kernel_h": "rows of the largest kernel",
    "kernel_w": "columns of the largest kernel",
    "max_row_pitch": "slots of the longest raster row: pixels, times `interleave`",
    "max_plane_rows": "rows of the largest raster",
    "ifmap_width": "bits of an ifmap value",
    "ifmap_signed": "ifmap values are signed",
    "weight_width": "bits of a weight",
    "weight_signed": "weights are signed",
    "max_dilation_h": "largest row dilation",
    "max_dilation_w": "largest column dilation",
    "max_channel_groups": "channel groups of the widest layer",
    "max_channel_multiplier": "largest channel multiplier",
    "max_batch": "images of the longest stream",
    "max_lead": "slots by which outputs may come before inputs, for padding larger than the kernel",
    "fifo_depth": "beats of the output FIFO; by default large enough that nothing waits for it",
    "requantise": f"the ofmap values: {', '.join(f'`{mode}`' for mode in REQUANTISE)}",
    "taps_per_cycle": "multipliers of a lane; by default one for each tap",
    "max_interleave": "channel groups that a stream may interleave",
    "dataflow": "order of a window's products: `tap_parallel` or `tap_serial`",
    "pixels": "`tap_serial`, where it is required: neighbouring pixels that a lane multiplies",
    "ifmap_pixels": "`tap_serial`: pixels of an ifmap beat, a power of two",
    "ofmap_pixels": "`tap_serial`: pixels of an ofmap beat",
    "requantisers": "`tap_serial`: sums that leave in a cycle, at most `lanes` or a multiple",
    "ring_rows": "`tap_serial`: rows of the largest pitch that the ring holds",
    "ring_pixels": "`tap_serial`: pixels of a read of the ring",
    "segment": "`tap_serial`: pixels of a segment",
    "rings": "`tap_serial`: `shared`, one ring for all cells, or `copied`, one for each cell",
    "number_format": f"`integer` or the floats of ifmap, weights and ofmap: {FORMATS}",
    "accumulate": "floats: format of products and sums, `float32` by default or `number_format`",
    "subnormals": "floats: `keep`, the default, or `flush`, so that they count as zero",
    "epilogue": "floats: `bias_clamp` for a bias of each channel and a clamp; by default neither",
    "name": "name of the top module",
}
LAYER = {
    "ifmap_h": "rows of the ifmap",
    "ifmap_w": "columns of the ifmap",
    "channels": "channels of the ifmap",
    "kernel_h": "rows of the kernel",
    "kernel_w": "columns of the kernel",
    "batch": "images",
    "channel_multiplier": "ofmap channels for each ifmap channel",
    "stride_h": "row stride",
    "stride_w": "column stride",
    "dilation_h": "row dilation",
    "dilation_w": "column dilation",
    "pad_top": "rows of padding above the ifmap",
    "pad_bottom": "rows of padding below it",
    "pad_left": "columns of padding on the left",
    "pad_right": "columns of padding on the right",
    "name": "name of the layer, required in a spec file",
}


def spec_file() -> str:
    """The page of spec files.

    Raises:
        ValueError: when a field has no meaning here, or a meaning no field.
    """
    example = (spec_dir() / f"{EXAMPLE}.toml").read_text()
    return "\n".join(
        (
            "# Spec file",
            "",
            "A spec file is TOML: one table `[engine]`, and a table `[[layer]]` for each layer."
            " A field that is required has no default.",
            "",
            "## [engine]",
            "",
            *_table(fields(EngineSpec), ENGINE),
            "",
            "## [[layer]]",
            "",
            'In place of the four pads a layer may have `padding = "SAME"` or `"VALID"`.',
            "",
            *_table(fields(LayerSpec), LAYER),
            "",
            "## Example",
            "",
            f"The ready spec `{EXAMPLE}`:",
            "",
            f"```toml\n{example}```",
            "",
        )
    )


def _table(known: tuple[Field[object], ...], meanings: dict[str, str]) -> list[str]:
    names = [field.name for field in known]
    if names != list(meanings):
        raise ValueError(f"fields {names} must have a meaning each, not {list(meanings)}")
    return [
        "| field | default | range | meaning |",
        "|---|---|---|---|",
        *(
            f"| `{field.name}` | {_default(field)} | {_range(field, meanings)}"
            f" | {meanings[field.name]} |"
            for field in known
        ),
    ]


def _default(field: Field[object]) -> str:
    if field.default is MISSING:
        return "required"
    if field.default is None:
        return "derived"
    if field.default == "":
        return ""
    value = field.default
    return f"`{str(value).lower() if isinstance(value, bool) else repr(value)}`".replace("'", '"')


def _range(field: Field[object], meanings: dict[str, str]) -> str:
    limits = LIMITS | SERIAL_LIMITS if meanings is ENGINE else {}
    if field.name not in limits:
        return ""
    low, high = limits[field.name]
    return f"{low:,} to {high:,}"
