"""Builds the test models: see tests/models/build_models.py and tests/models/README.md."""

import sys
from pathlib import Path

# The checkout's tests are no part of the package.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.models.build_models import main

if __name__ == "__main__":
    sys.exit(main())
