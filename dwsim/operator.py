"""``depthwise_conv2d``: TensorFlow's call, computed by the golden model, the model or the RTL."""

from __future__ import annotations

import reprlib
from typing import TYPE_CHECKING, Any

import numpy as np

from dwsim.errors import MismatchError, Rules, SpecError
from dwsim.golden.bias_and_activation import activate, add_bias
from dwsim.golden.depthwise import (
    check_dtypes,
    depthwise,
    is_float,
    require_exact_sums,
    result_dtype,
)
from dwsim.spec.activation_limits import activation_limits
from dwsim.spec.float_arithmetic import FLOAT_FORMATS
from dwsim.spec.layer_spec import LayerSpec

if TYPE_CHECKING:
    from dwsim.spec.engine_spec import EngineSpec

BACKENDS = ("golden", "model", "rtl")

AfterSums = tuple[np.ndarray | None, tuple[float, float] | None]
"""The bias and the limits of the activation of a layer of floats; None for neither."""


def depthwise_conv2d(
    input: Any,
    filter: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = "NHWC",
    dilations: Any = None,
    name: str | None = None,
    *,
    backend: str = "golden",
    engine: EngineSpec | None = None,
    bias: Any = None,
    activation: Any = None,
) -> np.ndarray:
    """Computes ``tf.nn.depthwise_conv2d`` for the same arguments, and returns a NumPy array.

    Args:
        input: ``[batch, h, w, channels]``, or ``[batch, channels, h, w]`` for NCHW: an array,
            anything that NumPy can make an array of, or lists of numbers. Integers of any
            width, float16/32/64, or the bfloat16 of ml_dtypes. Lists of floats become float32, as
            in TensorFlow; lists of integers become int64. A tensor of PyTorch must be on the CPU
            and need no gradient.
        filter: ``[kernel_h, kernel_w, channels, channel_multiplier]``; any integers for an
            integer input, the input's own dtype for a float input.
        strides: as in ``LayerSpec.from_tf``.
        padding: as in ``LayerSpec.from_tf``.
        data_format: "NHWC" or "NCHW"; None is "NHWC".
        dilations: as in ``LayerSpec.from_tf``.
        name: kept as the name of the layer.
        backend: "golden" (NumPy), "model" (the cycle model) or "rtl" (the Verilog, simulated).
            The last two compute integers, float32, float16 and bfloat16.
        engine: the engine that "model" and "rtl" run; None lets dwsim choose one. It needs
            ``epilogue="bias_clamp"`` if there is a bias or an activation.
        bias: for floats: a number for each ofmap channel, of the input's dtype, which is added to
            the sum as ``tf.nn.bias_add`` does.
        activation: for floats: "none", "relu", "relu6", "relu_n1_to_1", or a pair: the smallest
            and the largest result. NaN passes.

    Returns:
        ``[batch, ofmap_h, ofmap_w, channels*channel_multiplier]``, or for NCHW with the channels
        second. Integers give exact sums in int32, or in int64 where the dtypes and the number of
        taps let int32 overflow (``golden.depthwise.result_dtype``). Floats keep their dtype and
        equal TensorFlow's plain CPU kernel (``TF_ENABLE_ONEDNN_OPTS=0``) bit by bit. Its default
        kernels, oneDNN's, add the products in another order: a value may then differ by at most
        ``(taps + 1) * eps * sum(abs(input * filter))``. So may values of "model" and "rtl", which
        agree with each other bit by bit, in the engine's order and its format of sums.

    Raises:
        SpecError: with every violated rule: argument, value, and the allowed values.
    """
    rules = Rules("depthwise_conv2d")
    ifmap = _as_array(rules, "input", input)
    weight = _as_array(rules, "filter", filter)
    _check_backend(rules, backend, engine)
    layer: LayerSpec | None = None
    after: AfterSums = (None, None)
    if ifmap is not None and weight is not None:
        check_dtypes(rules, ifmap.dtype, weight.dtype, names=("input", "filter"))
        _check_hardware_dtype(rules, backend, ifmap.dtype)
        arguments = (strides, padding, data_format, dilations, name)
        try:
            layer = LayerSpec.from_tf(ifmap.shape, weight.shape, *arguments)
        except SpecError as error:
            rules.violations.extend(error.violations)
        after = _checked_after(rules, ifmap.dtype, layer, bias, activation)
    ifmap, weight, layer = rules.checked(ifmap), rules.checked(weight), rules.checked(layer)
    if data_format == "NCHW":
        ofmap = _run(backend, ifmap.transpose(0, 2, 3, 1), weight, layer, engine, after)
        return np.ascontiguousarray(ofmap.transpose(0, 3, 1, 2))
    return _run(backend, ifmap, weight, layer, engine, after)


def _checked_after(
    rules: Rules, dtype: np.dtype, layer: LayerSpec | None, bias: Any, activation: Any
) -> AfterSums:
    """The bias and the limits of the activation; those of bad arguments have no meaning."""
    given = {"bias": bias is not None, "activation": activation is not None}
    if not is_float(dtype):
        rule = "is for floats: the bias of integers is in a Quantisation, see dwsim.verify"
        for argument, is_given in given.items():
            rules.require(not is_given, argument, "given", rule)
        return None, None
    array = _as_array(rules, "bias", bias, "a 1-D array") if given["bias"] else None
    if array is not None:
        rule = f"must be input.dtype = {str(dtype)!r}"
        same = array.dtype.newbyteorder("=") == dtype.newbyteorder("=")
        rules.require(same, "bias.dtype", str(array.dtype), rule)
        if layer is not None:
            shape = (layer.ofmap_channels,)
            rule = f"must be {shape}: one number for each ofmap channel"
            rules.require(array.shape == shape, "bias.shape", array.shape, rule)
    native = dtype.newbyteorder("=")
    return array, activation_limits(rules, activation, native) if given["activation"] else None


def _as_array(
    rules: Rules, argument: str, value: Any, kind: str = "a 4-D array"
) -> np.ndarray | None:
    """``value`` as an array; None when it is none, which is then noted in ``rules``."""
    if isinstance(value, np.ma.MaskedArray):
        rules.require(False, argument, "a masked array", "must have no mask: fill it first")
        return None
    try:
        array = np.asarray(value)
    # A tensor of PyTorch that needs a gradient or is on another device raises a RuntimeError.
    except (ValueError, TypeError, OverflowError, RuntimeError) as error:
        rules.require(False, argument, reprlib.repr(value), f"must be {kind}: {error}")
        return None
    if array.dtype != np.float64 or not isinstance(_first_number(value), (int, float)):
        return array
    # NumPy makes floats of integers that no integer dtype holds; that would round them.
    entries = np.asarray(value, dtype=object).flat
    if rules.require(
        array.size == 0 or any(not isinstance(entry, int) for entry in entries),
        argument,
        reprlib.repr(value),
        "holds integers that no integer dtype of 64 bits can hold together",
    ):
        return array.astype(np.float32)
    return None


def _first_number(value: Any) -> Any:
    """The first number of nested lists, which decides their dtype in TensorFlow too.

    An array, or a NumPy number in a list, has a dtype of its own and is returned as None.
    """
    while isinstance(value, (list, tuple)) and value:
        value = value[0]
    return None if hasattr(value, "dtype") else value


def _check_backend(rules: Rules, backend: Any, engine: Any) -> None:
    known = isinstance(backend, str) and backend in BACKENDS
    rules.require(known, "backend", backend, f"must be one of {', '.join(BACKENDS)}")
    if backend == "golden":
        rules.require(
            engine is None,
            "engine",
            engine,
            'must be None with backend="golden", which runs no engine: choose "model" or "rtl"',
        )
    elif engine is not None:
        from dwsim.spec.engine_spec import EngineSpec

        rules.require(
            isinstance(engine, EngineSpec), "engine", engine, "must be an EngineSpec or None"
        )


def _check_hardware_dtype(rules: Rules, backend: Any, dtype: np.dtype) -> None:
    rules.require(
        backend not in ("model", "rtl") or not is_float(dtype) or dtype.name in FLOAT_FORMATS,
        "input.dtype",
        str(dtype),
        f"must be an integer dtype, {', '.join(FLOAT_FORMATS)} with backend={backend!r}: convert"
        ' input and filter first, or choose backend="golden"',
    )


def _run(
    backend: str,
    ifmap: np.ndarray,
    weight: np.ndarray,
    layer: LayerSpec,
    engine: EngineSpec | None,
    after: AfterSums,
) -> np.ndarray:
    """The NHWC ofmap in the golden model's dtype, from any backend."""
    if backend == "golden" or layer.is_empty:
        bias, limits = after
        ofmap = depthwise(ifmap, weight, layer)
        ofmap = ofmap if bias is None else add_bias(ofmap, bias)
        return ofmap if limits is None else activate(ofmap, limits)
    if is_float(ifmap.dtype):
        from dwsim.verification.float_backends import run_floats

        return run_floats(backend, ifmap, weight, layer, engine, after)
    require_exact_sums(ifmap, weight)
    # Imported here: the golden model must not need the dependencies of the other backends.
    from dwsim.verification.integer_backends import run_on_model, run_on_rtl

    run = run_on_model if backend == "model" else run_on_rtl
    ofmap = np.asarray(run(ifmap, weight, layer, engine))
    if ofmap.shape != layer.ofmap_shape:
        raise MismatchError(
            f"backend {backend} returned shape {ofmap.shape}, not {layer.ofmap_shape}: {layer}"
        )
    return ofmap.astype(result_dtype(ifmap.dtype, weight.dtype, layer), copy=False)
