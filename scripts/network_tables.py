"""Writes the depthwise layers of keras.applications to dwsim/workloads/networks/."""

import argparse
import os

# Before TensorFlow is imported: no table needs its messages.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from dwsim.support.resources import network_dir
from dwsim.workloads.keras_models import APPLICATIONS, table_text


def main() -> None:
    """Writes the named tables, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(APPLICATIONS)}")
    for name in parser.parse_args().names or APPLICATIONS:
        if name not in APPLICATIONS:
            parser.error(f"{name} is no network: those are {', '.join(APPLICATIONS)}")
        path = network_dir() / f"{name}.toml"
        path.write_text(table_text(name), encoding="utf-8")
        print(path)


if __name__ == "__main__":
    main()
