"""The functions of the public face: simulate, verify, generate and explore."""

from __future__ import annotations
