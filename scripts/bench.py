"""`make bench`: see dwsim/benchmark.py."""

import sys

from dwsim.benchmark import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
