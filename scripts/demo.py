"""`make demo`: see dwsim/demo.py."""

import sys

from dwsim.demo import main

if __name__ == "__main__":
    sys.exit(main())
