"""`make demo`: see dwsim/demo.py."""

import sys
from pathlib import Path

from dwsim.demo import main

MODEL = Path(__file__).resolve().parents[1] / "tests" / "models" / "mobilenet_v1_025_96.tflite"

if __name__ == "__main__":
    sys.exit(main(MODEL))
