"""Evaluates many engines on whole networks, with exact cycles, and finds the Pareto front."""
