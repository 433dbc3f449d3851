"""All proofs of modules, and the modules of rtl/ that have none, with the reason."""

from __future__ import annotations

from tests.formal import (
    proofs_arithmetic,
    proofs_core,
    proofs_float,
    proofs_flow,
    proofs_host,
    proofs_leaving,
    proofs_raster,
    proofs_rings,
    proofs_sequence,
    proofs_serial,
    proofs_stages,
    proofs_storage,
)
from tests.formal.prover import Proof

PROOFS: tuple[Proof, ...] = (
    *proofs_flow.PROOFS,
    *proofs_raster.PROOFS,
    *proofs_storage.PROOFS,
    *proofs_arithmetic.PROOFS,
    *proofs_float.PROOFS,
    *proofs_stages.PROOFS,
    *proofs_serial.PROOFS,
    *proofs_rings.PROOFS,
    *proofs_sequence.PROOFS,
    *proofs_leaving.PROOFS,
    *proofs_host.PROOFS,
    *proofs_core.PROOFS,
)

PARTS: dict[str, str] = {
    "dw_pass_walk": "dw_group_tag",
    "dw_rule_walk": "dw_geometry_check",
}
"""Modules that are proven as a part of another one, whose promises they keep."""

NOT_PROVEN: dict[str, str] = {}
"""Modules without a proof, and the reason. A test holds this table against the files of rtl/."""
