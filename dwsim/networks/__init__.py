"""Networks: their depthwise layers, from tables, one's own lists and ``.tflite`` files."""

from dwsim.networks.network import Network, read_network, ready_networks, table_dir

__all__ = ["Network", "read_network", "ready_networks", "table_dir"]
