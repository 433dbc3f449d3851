"""Networks and their depthwise layers, from tables, lists of layers and model files."""

from dwsim.workloads.network import Network, read_network, ready_networks

__all__ = ["Network", "read_network", "ready_networks"]
