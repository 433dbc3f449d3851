"""Exploration: many engines on whole networks, exact cycles, and the front to choose from."""
