"""`make bench`: see dwsim/peers/benchmark.py."""

import sys

from dwsim.peers.benchmark import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
