"""Builds the test models: see ``tests/tflite_files/README.md``."""

import sys
from pathlib import Path

# The checkout's tests are no part of the package.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.tflite_files.build_models import main

if __name__ == "__main__":
    sys.exit(main())
