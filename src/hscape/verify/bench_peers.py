"""Peers for the benchmarks: each returns its name, its figure in our unit, and a note."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

from hscape.biology.influence import Influence
from hscape.parameters import Parameters
from hscape.units import DAYS_PER_YEAR

Peer = tuple[str, float | None, str]
MISSING = "not installed; pip install hscape[bench]"


def gillespy2_lifetime() -> Peer:
    """GillesPy2's compiled exact solver on the same birth-death total, 1e5 cells, 70 years (seconds)."""
    try:
        import gillespy2
        from gillespy2 import SSACSolver
    except ImportError:
        return "GillesPy2", None, MISSING
    # Its build tool sits beside the interpreter, which need not be on the search path.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    try:
        model = gillespy2.Model(name="stem_cells")
        numbers = Parameters()
        rate = DAYS_PER_YEAR / numbers["stem_cell_division_interval_days"]
        fold, capacity = numbers["niche_empty_division_fold"], numbers["stem_cell_niche_capacity_cells"]
        model.add_species([gillespy2.Species(name="X", initial_value=int(capacity))])
        model.add_parameter([gillespy2.Parameter(name="birth", expression=rate),
                             gillespy2.Parameter(name="death", expression=rate)])  # fmt: skip
        crowded = f"birth * X * {fold} / (1.0 + {fold - 1.0} * X / {capacity})"
        model.add_reaction([
            gillespy2.Reaction(name="divide", reactants={"X": 1}, products={"X": 2}, propensity_function=crowded),
            gillespy2.Reaction(name="leave", reactants={"X": 1}, products={}, propensity_function="death * X"),
        ])  # fmt: skip
        model.timespan(gillespy2.TimeSpan.linspace(t=70.0, num_points=2))
        solver = SSACSolver(model=model)
        solver.run(seed=1)
        start = time.perf_counter()
        solver.run(seed=2)
        return "GillesPy2 SSA in C++", time.perf_counter() - start, "build not counted"
    except Exception as error:
        return "GillesPy2", None, f"failed here: {type(error).__name__}"


def scipy_blood(influences: list[Influence]) -> Peer:
    """Scipy's LSODA on the same derivative, two years with the same events (ms)."""
    from hscape.patient import Patient
    from hscape.verify.reference import reference_course

    patient = Patient(influences=influences)
    reference_course(patient, days=28, every_days=7.0, relative_tolerance=1e-6)
    start = time.perf_counter()
    reference_course(patient, days=728, every_days=7.0, relative_tolerance=1e-6)
    return "scipy LSODA, same compiled derivative", (time.perf_counter() - start) * 1000, "tolerance 1e-6"


def chain_model(n_states: int = 58) -> str:
    """A chain of first-order transits with one feedback, as large as our blood, in Antimony."""
    lines = ["model chain()", "J0: -> S0; (1 + 3) / (3 + S%d)" % (n_states - 1)]  # noqa: UP031
    for i in range(n_states - 1):
        lines.append(f"J{i + 1}: S{i} -> S{i + 1}; 1.0 * S{i}")
    lines.append(f"J{n_states}: S{n_states - 1} -> ; 1.0 * S{n_states - 1}")
    lines += [f"S{i} = {0.5 if i == 0 else 1.0}" for i in range(n_states)]
    return "\n".join([*lines, "end"])


def roadrunner_blood() -> Peer:
    """Libroadrunner on a chain of as many states, two years with daily output (ms)."""
    try:
        import antimony
        import roadrunner
    except ImportError:
        return "libroadrunner", None, MISSING
    try:
        antimony.clearPreviousLoads()
        antimony.loadAntimonyString(chain_model())
        engine: Any = roadrunner.RoadRunner(antimony.getSBMLString("chain"))
        engine.integrator.relative_tolerance = 1e-6
        engine.simulate(0, 728, 729)
        engine.resetToOrigin()
        start = time.perf_counter()
        engine.simulate(0, 728, 729)
        return "libroadrunner CVODE, 58-state chain", (time.perf_counter() - start) * 1000, "simpler rates than ours"
    except Exception as error:
        return "libroadrunner", None, f"failed here: {type(error).__name__}"
