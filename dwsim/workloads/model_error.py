"""The error for a model file that cannot be read or run."""

from __future__ import annotations

from dwsim.errors import DwsimError


class ModelError(DwsimError):
    """A model file that is damaged, hostile, or refused by its interpreter."""
