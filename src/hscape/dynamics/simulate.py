"""Simulate: a patient goes in, a history comes out. The only loop over time is `course.run_course`."""

from __future__ import annotations

import math
import time
from dataclasses import replace

import numpy as np

from hscape.biology.balance import constants_record, one_row
from hscape.biology.influence import Program, compile_influences, to_tick
from hscape.biology.state import N_BLOOD, N_STATES
from hscape.dynamics import course, output, plan
from hscape.dynamics.clones import Clones, empty_clones
from hscape.dynamics.composition import N_TRACKED
from hscape.dynamics.kinds import mutation_kinds
from hscape.errors import InputError, NumericsError
from hscape.history import History, Run
from hscape.patient import Patient
from hscape.streams import check_seed, fresh_seed, stream_key
from hscape.units import DAYS_PER_YEAR, TICKS_PER_DAY

KERNELS = {"exact": plan.EXACT, "step": plan.STEP, "mean": plan.MEAN}
WEEK_DAYS = 7.0
#: Without blood nothing changes between weeks, so the calendar goes by quarters (13 weeks).
STEM_CELLS_ALONE_DAYS = 91.0
#: After a changed kinetic number the blood is given this long to find its new balance.
SETTLE_DAYS = 3 * 364.0
#: No transfusions, and no count that ends the call.
NO_CARE = {
    "red_cell_trigger_g_per_dl": 0.0,
    "platelet_trigger_1e9_per_l": 0.0,
    "stop_hemoglobin_g_per_dl": 0.0,
    "stop_platelets_1e9_per_l": 0.0,
    "stop_neutrophils_1e9_per_l": 0.0,
}
SMALLEST_TABLE = 64
LARGEST_TABLE = 1 << 17
LONGEST_DAYS = 120 * DAYS_PER_YEAR


def simulate(
    patient: Patient,
    *,
    days: float,
    seed: int | None = None,
    number: int = 0,
    kernel: str = "step",
    with_blood: bool = True,
    output_every_days: float = 7.0,
    clones_every_days: float = 28.0,
    calendar_days: float | None = None,
    report_fraction: float = 0.001,
) -> History:
    """Simulate one patient.

    Args:
        patient: who, with influences and founder clones.
        days: length of the course.
        seed: 0 to 2**63 - 1; None draws one and stores it in the history.
        number: which of many patients with the same seed; each has draws of its own.
        kernel: ``step`` (fast), ``exact`` (event by event) or ``mean`` (expectations).
        with_blood: False moves the stem cells alone.
        output_every_days: distance of the rows of the history.
        clones_every_days: distance of the rows of the clone table.
        calendar_days: length of a calendar cell; a week by default, a quarter without blood.
        report_fraction: a clone enters the clone table once it has held this fraction of the niche.

    Returns:
        The history: counts, signals, stem cells and clones over time.

    Raises:
        InputError: an impossible length, interval, seed or kernel.
        NumericsError: the state became infinite, or more clones live at once than fit in memory.

    Example:
        >>> simulate(Patient(), days=28, seed=1).counts["hemoglobin_g_per_dl"].round(1).iloc[-1]
        15.0
    """
    run = Run(
        days=_check_days(days),
        seed=fresh_seed() if seed is None else check_seed(seed),
        number=int(number),
        kernel=_check_kernel(kernel),
        with_blood=bool(with_blood),
        output_every_days=_check_interval("output_every_days", output_every_days, days),
        clones_every_days=_check_interval("clones_every_days", clones_every_days, days),
        calendar_days=calendar_days or (WEEK_DAYS if with_blood else STEM_CELLS_ALONE_DAYS),
        report_fraction=report_fraction,
    )
    program = compile_influences(patient.influences, patient.context(days))
    if not with_blood and (len(program.terms) or len(program.effects)):
        raise InputError("simulate: an influence with states of its own needs the blood; leave with_blood at True.")
    constants = constants_record(patient.parameters, patient.sex)
    start = settled_state(patient, constants) if with_blood and patient.parameters.changed else healthy_state()
    slots = SMALLEST_TABLE
    while True:
        history = _attempt(patient, run, program, constants, start, slots)
        if history is not None:
            return history
        slots *= 4  # draws are addressed, so a larger table repeats the same course
        if slots > LARGEST_TABLE:
            raise NumericsError(
                f"patient {number}, seed {run.seed}: more than {LARGEST_TABLE} clones live at once; "
                "lower the mutation rate or raise report_fraction."
            )


def _check_days(days: float) -> float:
    if not (isinstance(days, int | float) and math.isfinite(days) and 0 < days <= LONGEST_DAYS):
        raise InputError(
            f"days: {days} is not a possible length; give more than 0 and at most {LONGEST_DAYS:.0f} days (120 years)."
        )
    return float(days)


def _check_interval(where: str, interval: float, days: float) -> float:
    if not (math.isfinite(interval) and interval > 0):
        raise InputError(f"{where}: {interval} is not a possible interval; give more than 0 days.")
    if days / interval > 2_000_000:
        raise InputError(f"{where}: {interval:g} days gives more than two million rows; give a longer interval.")
    return float(interval)


def _check_kernel(kernel: str) -> str:
    if kernel not in KERNELS:
        raise InputError(f"kernel: '{kernel}' is not known; give one of {', '.join(KERNELS)}.")
    return kernel


def healthy_state() -> np.ndarray:
    """Blood state of the reference person."""
    y = np.ones(N_STATES)
    y[N_BLOOD:] = 0.0
    return y


def settled_state(patient: Patient, constants: np.void) -> np.ndarray:
    """Blood state at rest under changed kinetics, without influences, from the expectation of the stem cells."""
    quiet = replace(patient, influences=(), clones=(), drivers="none", kinds=())
    run = Run(
        days=SETTLE_DAYS,
        seed=0,
        number=0,
        kernel="mean",
        with_blood=True,
        output_every_days=SETTLE_DAYS,
        clones_every_days=SETTLE_DAYS,
        calendar_days=WEEK_DAYS,
        report_fraction=1.0,
    )
    program = compile_influences((), quiet.context(SETTLE_DAYS))
    history = _attempt(quiet, run, program, constants, healthy_state(), SMALLEST_TABLE)
    assert history is not None
    return history.states[-1].copy()


def founders(patient: Patient, slots: int, early_progenitors: float) -> tuple[Clones, int]:
    """The clone table on day 0: ordinary stem cells fill what the founder clones leave."""
    clones = empty_clones(max(slots, len(patient.clones) + 2))
    capacity = patient.parameters["stem_cell_niche_capacity_cells"] * _niche_factor(patient)
    clones.cells[0] = round(capacity) - sum(clone.stem_cells for clone in patient.clones)
    clones.vulnerability[0] = 1.0
    for slot, founder in enumerate(patient.clones, start=1):
        clones.cells[slot] = founder.stem_cells
        clones.fitness_per_day[slot] = founder.fitness_per_year / DAYS_PER_YEAR
        clones.vulnerability[slot] = founder.vulnerability_fraction
        clones.address[slot] = stream_key(0, "founder", founder.name) & np.uint64((1 << 56) - 1)
        clones.serial[slot] = slot - 1
    clones.progenitors[:] = clones.cells / capacity * early_progenitors
    return clones, len(patient.clones) + 1


def _niche_factor(patient: Patient) -> float:
    """Size of the niche on day 0 relative to the adult, as the influences say."""
    program = compile_influences(patient.influences, patient.context(1.0))
    row = int(np.searchsorted(program.change_tick, 0, side="right")) - 1
    return float(program.addition[row, 0] * program.factor[row, 0])


def _attempt(
    patient: Patient, run: Run, program: Program, constants: np.void, start: np.ndarray, slots: int
) -> History | None:
    """One run with room for `slots` clones; None if they were too few."""
    arguments = _prepare(patient, run, program, constants, start, slots)
    outcome = course.run_course(*arguments)
    if outcome == course.NO_ROOM:
        return None
    if outcome == course.FAILED:
        raise NumericsError(
            f"patient {run.number}, seed {run.seed}, kernel {run.kernel}: the blood state became "
            "infinite; report these numbers with the scenario."
        )
    return History.from_run(patient, run, constants, arguments[-1], arguments[1])


def _prepare(
    patient: Patient, run: Run, program: Program, constants: np.void, start: np.ndarray, slots: int,
    stream: str = "patient",
) -> tuple:  # fmt: skip
    """Everything that the loop is called with."""
    y = start.copy()
    y[N_BLOOD:] = program.own_initial
    early = float(start[course.EARLY])
    clones, n_used = founders(patient, slots, early)
    kinds = mutation_kinds(patient.clone_kinds, patient.changed_clones)
    written = make_output(run, len(patient.clones), slots)
    capacity = patient.parameters["stem_cell_niche_capacity_cells"]
    asked = plan.Plan(
        kernel=KERNELS[run.kernel],
        start_tick=0,
        stop_tick=to_tick(run.days),
        cell_ticks=to_tick(run.calendar_days),
        crash_cell_ticks=min(TICKS_PER_DAY, to_tick(run.calendar_days)),
        with_blood=run.with_blood,
        with_composition=run.with_blood and (len(patient.clones) > 0 or len(patient.clone_kinds) > 0),
        key=stream_key(run.seed, stream, run.number),
        report_fraction=run.report_fraction,
        report_cells=run.report_fraction * capacity,
        is_continued=False,
        **NO_CARE,
    )
    for slot in range(1, n_used):
        register_founder(clones, slot, written)
    tracked = np.full(N_TRACKED, -1, dtype=np.int64)
    tracked[0] = 0
    shares = np.zeros((N_BLOOD, N_TRACKED))
    return y, clones, n_used, program, asked, kinds, one_row(constants), tracked, shares, written


def stem_cells_from_birth(
    patient: Patient, *, days: float, seed: int, number: int, kernel: str = "step"
) -> tuple[Clones, int]:
    """Stem cells and clones of a person after so many days of life, without blood; draws of their own.

    Returns:
        the clone table and the number of used slots.

    Raises:
        NumericsError: more clones live at once than fit in memory.
    """
    run = Run(
        days=days, seed=seed, number=number, kernel=kernel, with_blood=False, output_every_days=days,
        clones_every_days=days, calendar_days=STEM_CELLS_ALONE_DAYS, report_fraction=1.0,
    )  # fmt: skip
    program = compile_influences(patient.influences, patient.context(days))
    constants = constants_record(patient.parameters, patient.sex)
    slots = SMALLEST_TABLE
    while slots <= LARGEST_TABLE:
        arguments = _prepare(patient, run, program, constants, healthy_state(), slots, stream="life before")
        n_used = course.run_course(*arguments)
        if n_used > 0:
            return arguments[1], int(n_used)
        slots *= 4
    raise NumericsError(f"patient {number}, seed {seed}: too many clones live at once before the failure.")


def timed_course(patient: Patient, *, days: float, seed: int, slots: int, with_blood: bool = False) -> float:
    """Seconds that the compiled loop takes for one patient, without preparation and tables; for benchmarks.

    Raises:
        NumericsError: more clones than slots.
    """
    run = Run(
        days=days, seed=seed, number=0, kernel="step", with_blood=with_blood,
        output_every_days=7.0 if with_blood else days, clones_every_days=days,
        calendar_days=WEEK_DAYS if with_blood else STEM_CELLS_ALONE_DAYS, report_fraction=0.001,
    )  # fmt: skip
    program = compile_influences(patient.influences, patient.context(days))
    constants = constants_record(patient.parameters, patient.sex)
    arguments = _prepare(patient, run, program, constants, healthy_state(), slots)
    start = time.perf_counter()
    outcome = course.run_course(*arguments)
    seconds = time.perf_counter() - start
    if outcome < 0:
        raise NumericsError(f"timed course: seed {seed} failed with {slots} slots")
    return seconds


def register_founder(clones: Clones, slot: int, written: output.Output) -> None:
    """Write down a clone that is there from the start, under the serial number that it has."""
    serial = slot - 1
    written.serial_slot[serial, :2] = (int(clones.address[slot]) & 0xFFFFFFFF, int(clones.address[slot]) >> 32)
    written.serial_slot[serial, 4:] = (-1, 0)
    written.serial_value[serial] = (clones.fitness_per_day[slot], clones.vulnerability[slot])
    written.n_serials[0] = serial + 1


def make_output(run: Run, n_founders: int, slots: int, n_transfusions: int = 0) -> output.Output:
    """Room for what the loop writes."""
    ticks = _grid(run.days, run.output_every_days)
    clone_ticks = _grid(run.days, run.clones_every_days)
    n_serials = n_founders + slots
    rows = len(clone_ticks) * min(n_serials + 1, 256)
    return output.Output(
        ticks,
        np.zeros((len(ticks), N_STATES)),
        np.zeros(len(ticks)),
        np.ones((len(ticks), 3)),
        clone_ticks,
        np.zeros((rows, output.N_CLONE_COLUMNS)),
        np.zeros((n_serials, 6), dtype=np.int64),
        np.zeros((n_serials, 2)),
        np.zeros(1, dtype=np.int64),
        np.zeros(1, dtype=np.int64),
        np.zeros((n_transfusions, 3)),
        np.zeros(1, dtype=np.int64),
        np.zeros(1, dtype=np.int64),
    )


def _grid(days: float, every: float) -> np.ndarray:
    n = math.floor(days / every + 1e-9)
    return np.array([to_tick(i * every) for i in range(n + 1)], dtype=np.int64)
