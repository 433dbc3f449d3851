"""A cache of tool results; the key is the content of their inputs."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from dwsim.errors import ToolError
from dwsim.support.cache import cache_root, digest, locked
from dwsim.synth.tools import ToolFailureError

_FORMAT = 1
_STAMP = "made_from.json"


def cached_step(step: str, identity: Mapping[str, Any], make: Callable[[Path], None]) -> Path:
    """The directory that ``make`` has filled for this identity, in this call or an earlier one.

    Threads and processes may call it at once: one of them makes the result, the others wait.

    Args:
        step: the kind of step; part of the name of the directory.
        identity: everything that the result depends on, as JSON.
        make: fills an empty directory.

    Raises:
        ToolError: if ``make`` raises ``ToolFailureError``. The directory with the log is kept.
    """
    identity = {"format": _FORMAT, "what": step, **identity}
    key = f"{step}-{digest(identity)}"
    home = cache_root() / "synth"
    directory = home / key
    with locked(key):
        if (directory / _STAMP).is_file():
            return directory
        home.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=".new-", dir=home))
        try:
            make(scratch)
            (scratch / _STAMP).write_text(json.dumps(identity, indent=1) + "\n")
            _replace(scratch, directory)
        except ToolFailureError as failure:
            failed = home / "failed" / key
            failed.parent.mkdir(exist_ok=True)
            _replace(scratch, failed)
            raise ToolError(f"{failure.message}\nsee {failed / failure.log}") from None
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    return directory


def _replace(scratch: Path, directory: Path) -> None:
    shutil.rmtree(directory, ignore_errors=True)
    scratch.rename(directory)
