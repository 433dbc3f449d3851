"""Mutants of the Python packages that everything else is compared with."""
