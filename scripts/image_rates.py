"""`make rates`: see dwsim/peers/image_rates.py."""

import sys

from dwsim.peers.image_rates import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
