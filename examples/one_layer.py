"""One layer on three backends: the golden model, the cycle model, and the Verilog in a simulator.

The layer is the example in the documentation of tf.nn.depthwise_conv2d. All three backends return
the same values.
"""

import numpy as np

from dwsim import SpecError, depthwise_conv2d

IFMAP = np.array([[1, 2], [3, 4], [5, 6]]).reshape(1, 3, 2, 1)
"""NHWC: one image of 3 rows, 2 columns and 1 channel."""
WEIGHT = np.array([[1, 2], [3, 4]]).reshape(2, 1, 1, 2)
"""2 rows, 1 column, 1 channel, channel multiplier 2."""


def main() -> None:
    for padding in ("VALID", "SAME"):
        print(f"padding {padding}:")
        for backend in ("golden", "model", "rtl"):
            ofmap = depthwise_conv2d(IFMAP, WEIGHT, [1, 1, 1, 1], padding, backend=backend)
            print(f"  {backend:6}  shape {ofmap.shape}  values {ofmap.ravel().tolist()}")

    print("a call with three mistakes names all three:")
    try:
        depthwise_conv2d(IFMAP, WEIGHT, [1, 1, 1, 2], "same", backend="fpga")
    except SpecError as error:
        print(error)


if __name__ == "__main__":
    main()
