"""Networks and their depthwise layers, from tables, lists of layers, model files and modules."""

from dwsim.workloads.keras_models import from_keras
from dwsim.workloads.network import Network, read_network, ready_networks
from dwsim.workloads.torch_models import from_torch

__all__ = ["Network", "from_keras", "from_torch", "read_network", "ready_networks"]
