"""Cost of a cohort: against an earlier version in one run, and how it grows with patients and years.

``python -m benchmarks.cohorts [--against SRC]`` writes the section *Cohorts* of ``benchmarks/results.md``. SRC is the
``src`` folder of another checkout, for example ``git worktree add ../before 599458b`` and ``--against ../before/src``.
Every figure is processor time of one process, in a fresh interpreter with compiled code cached.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.page import replace_section

HEADING = "## Cohorts"
SOURCE = str(Path(__file__).resolve().parents[1] / "src")
PATIENTS, YEARS = (50, 100, 200), (5, 10, 20)
ROUNDS = 3


def lived_and_judged(patients: int, years: float) -> dict[str, Any]:
    """Milliseconds a patient for the life alone, and with chart, rules and row; and a hash of what came out."""
    from hscape.cohort import load_design
    from hscape.cohort.hooks import default_hooks
    from hscape.cohort.one_patient import run_patient
    from hscape.parameters import Parameters

    design = load_design("race-like").model_copy(update={"follow_up_months": 12.0 * years})
    numbers, hooks = Parameters(), default_hooks()
    run_patient(design, 0, 1, numbers)
    start = time.process_time()
    for number in range(patients):
        hooks.make_virtual_patient(design, design.arm_of(number), number, 1, numbers)
    lived = time.process_time() - start
    start, results = time.process_time(), []
    for number in range(patients):
        results.append(repr(run_patient(design, number, 1, numbers)))
    whole = time.process_time() - start
    digest = hashlib.sha256("".join(results).encode()).hexdigest()
    return {"lived": 1000 * lived / patients, "whole": 1000 * whole / patients, "digest": digest}


def whole_run(patients: int, years: float) -> dict[str, Any]:
    """A run as the command makes it with one worker, parts and tables included: processor seconds, memory, digest."""
    from hscape.cohort import load_design, run_cohort
    from hscape.cohort.hooks import compile_once

    design = load_design("race-like").model_copy(update={"follow_up_months": 12.0 * years})
    compile_once()
    with tempfile.TemporaryDirectory() as folder:
        start = time.process_time()
        result = run_cohort(design, folder, patients=patients, seed=1)
        seconds = time.process_time() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return {"seconds": seconds, "memory": memory, "digest": result.digest}


def elsewhere(work: str, patients: int, years: float, source: str = SOURCE) -> dict[str, Any]:
    """One work in a fresh interpreter that takes the package from a folder."""
    command = [sys.executable, __file__, work, str(patients), str(years)]
    done = subprocess.run(command, check=True, capture_output=True, env=os.environ | {"PYTHONPATH": source})
    return dict(json.loads(done.stdout.splitlines()[-1]))


def before_and_after(source: str) -> list[str]:
    """Both versions in turn; the smallest of several rounds."""
    rounds = [
        (elsewhere("lived_and_judged", 40, 10, source), elsewhere("lived_and_judged", 40, 10)) for _ in range(ROUNDS)
    ]
    same = len({one["digest"] for pair in rounds for one in pair}) == 1
    lines = ["", "| CPU ms a patient, ten years | before | after | ratio |", "|---|---|---|---|"]
    rows = {
        "life before, failure, ten years of care": lambda one: one["lived"],
        "chart, rules and row": lambda one: one["whole"] - one["lived"],
        "together": lambda one: one["whole"],
    }
    for name, read in rows.items():
        before, after = (min(read(pair[index]) for pair in rounds) for index in (0, 1))
        lines.append(f"| {name} | {before:.0f} | {after:.0f} | {before / after:.2f} |")
    what = "The results of both are the same to the byte." if same else "**The results of the two differ.**"
    return [*lines, "", f"Forty patients, smallest of {ROUNDS} rounds, both versions in turn. {what}"]


def growth() -> list[str]:
    """Cost of whole runs by patients and by years."""
    lines = ["", "| whole run, one worker | CPU s | CPU ms a patient | CPU ms a patient and year | peak memory, GB |",
             "|---|---|---|---|---|"]  # fmt: skip
    asked = dict.fromkeys([*((n, 10) for n in PATIENTS), *((PATIENTS[0], years) for years in YEARS)])
    for patients, years in asked:
        one = elsewhere("whole_run", patients, years)
        each = 1000 * one["seconds"] / patients
        lines.append(
            f"| {patients} patients, {years} years | {one['seconds']:.1f} | {each:.0f} | {each / years:.1f} | {one['memory']:.2f} |"
        )
    return lines


def main() -> None:
    """Write the section."""
    arguments = sys.argv[1:]
    source = arguments[arguments.index("--against") + 1] if "--against" in arguments else ""
    lines = [HEADING, "", f"Made by `python -m benchmarks.cohorts{' --against SRC' if source else ''}` on "
             f"{time.strftime('%Y-%m-%d')}: `race-like` with visits every four weeks, all layers, weekly counts; processor "
             "time of one process, compiled code cached."]  # fmt: skip
    lines += before_and_after(str(Path(source).resolve())) if source else []
    lines += growth()
    replace_section(lines)
    print("\n".join(lines))


if __name__ == "__main__":
    if len(sys.argv) == 4 and sys.argv[1] in ("lived_and_judged", "whole_run"):
        print(json.dumps(globals()[sys.argv[1]](int(sys.argv[2]), float(sys.argv[3]))))
    else:
        main()
