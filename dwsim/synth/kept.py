"""Results of tools, kept by the content of what they were made from."""

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


def kept(what: str, identity: Mapping[str, Any], make: Callable[[Path], None]) -> Path:
    """The directory that ``make`` filled for this identity, now or at an earlier time.

    Safe to call from several threads and processes at once: one makes, the others wait for it.

    Args:
        what: the kind of step, for the directory's name.
        identity: everything that the result depends on, as JSON.
        make: fills an empty directory.

    Raises:
        ToolError: when ``make`` raises ``ToolFailureError``; its directory, with the log, stays.
    """
    identity = {"format": _FORMAT, "what": what, **identity}
    key = f"{what}-{digest(identity)}"
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
            raise ToolError(f"{failure.what}\nsee {failed / failure.log}") from None
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    return directory


def _replace(scratch: Path, directory: Path) -> None:
    shutil.rmtree(directory, ignore_errors=True)
    scratch.rename(directory)
