"""A course in episodes: simulate until something is seen, decide, and go on from there with other influences.

Care depends on counts: a person comes to the clinic when they are low, a drug is tapered when they are not.
So the loop of `course` is called once for each stretch between two decisions. Draws are addressed by calendar
tick, clone and purpose, so a stretch does not shift the draws of the next: two courses that differ in one
decision share every draw that has the same address.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from hscape import draws
from hscape.biology.balance import constants_record, one_row
from hscape.biology.influence import Influence, Program, compile_influences, to_tick
from hscape.biology.influences.aging import Aging
from hscape.biology.state import N_BLOOD, POOLS
from hscape.dynamics import course, output, simulate
from hscape.dynamics.clones import Clones, empty_clones, place
from hscape.dynamics.composition import N_TRACKED
from hscape.dynamics.kinds import mutation_kinds
from hscape.dynamics.mutation import MutationKinds
from hscape.dynamics.plan import Plan
from hscape.errors import NumericsError
from hscape.history import History, Run
from hscape.parameters import find_record
from hscape.patient import Patient
from hscape.streams import Purpose, stream_key
from hscape.units import DAYS_PER_YEAR, TICKS_PER_DAY

_ADDRESS_MASK = np.uint64((1 << 56) - 1)
N_TRANSFUSIONS = 4096
_DIVIDING = (
    "erythroid_progenitors", "erythroblasts", "neutrophil_mitotic", "megakaryocyte_progenitors", "monocyte_precursors",
)  # fmt: skip
_BLOOD_SUBJECTS = ("early_progenitors", "iron", "platelets", "red_cells", "signals", "stem_cells", "white_cells")
PRODUCTS = ("red_cells", "platelets")


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What is done while an episode runs, and what ends it; zero for never.

    Args:
        red_cell_trigger_g_per_dl: hemoglobin below which red cells are given.
        platelet_trigger_1e9_per_l: platelets below which platelets are given.
        stop_hemoglobin_g_per_dl: the episode ends when hemoglobin falls below.
        stop_platelets_1e9_per_l: or platelets.
        stop_neutrophils_1e9_per_l: or neutrophils.
    """

    red_cell_trigger_g_per_dl: float = 0.0
    platelet_trigger_1e9_per_l: float = 0.0
    stop_hemoglobin_g_per_dl: float = 0.0
    stop_platelets_1e9_per_l: float = 0.0
    stop_neutrophils_1e9_per_l: float = 0.0


@dataclass(slots=True)
class _State:
    """Everything that the loop moves."""

    y: np.ndarray
    clones: Clones
    n_used: int
    tracked: np.ndarray
    shares: np.ndarray

    def copy(self) -> _State:
        clones = Clones(*(column.copy() for column in self.clones))
        return _State(self.y.copy(), clones, self.n_used, self.tracked.copy(), self.shares.copy())

    def with_room(self, slots: int) -> _State:
        """The same with a larger clone table."""
        grown = self.copy()
        larger = empty_clones(slots)
        for new, old in zip(larger, grown.clones, strict=True):
            new[: len(old)] = old
        grown.clones = larger
        return grown


@dataclass(slots=True)
class Episodes:
    """One patient, lived one stretch at a time. Make it with `begin`.

    Attributes:
        patient: who; its influences are those in force in the stretch that comes next.
        run: how the course is simulated.
        day: where the course stands.
    """

    patient: Patient
    run: Run
    day: float
    _state: _State
    _out: output.Output
    _constants: np.void
    _kinds: MutationKinds
    _given: list[Influence] = field(default_factory=list)
    _program: Program | None = None  # compiled anew when something is given

    @classmethod
    def begin(
        cls,
        patient: Patient,
        *,
        days: float,
        seed: int,
        number: int = 0,
        kernel: str = "step",
        output_every_days: float = 7.0,
        clones_every_days: float = 28.0,
        report_fraction: float = 2.0e-4,
        with_life_before: bool = True,
    ) -> Episodes:
        """Start a course.

        Args:
            patient: who, with the influences of the first stretch.
            days: longest course.
            seed: 0 to 2**63 - 1.
            number: which of many patients with the same seed.
            kernel: ``step``, ``exact`` or ``mean``.
            output_every_days: distance of the rows of counts.
            clones_every_days: distance of the rows of clones.
            report_fraction: a clone is reported once it has held this share of the niche.
            with_life_before: True lets clones arise from birth on; the mean kernel has no chance and no life before.
        """
        run = Run(
            days=float(days), seed=int(seed), number=int(number), kernel=kernel, with_blood=True,
            output_every_days=output_every_days, clones_every_days=clones_every_days,
            calendar_days=simulate.WEEK_DAYS, report_fraction=report_fraction,
        )  # fmt: skip
        constants = constants_record(patient.parameters, patient.sex)
        start = simulate.settled_state(patient, constants) if _moves_the_blood(patient) else simulate.healthy_state()
        state = _first_state(patient, run, start, with_life_before)
        out = simulate.make_output(run, len(patient.clones), 512, N_TRANSFUSIONS)
        for slot in np.flatnonzero(state.clones.serial >= 0):
            simulate.register_founder(state.clones, int(slot), out)
        kinds = mutation_kinds(patient.clone_kinds, patient.changed_clones)
        return cls(patient, run, 0.0, state, out, constants, kinds, list(patient.influences))

    def live(self, until_day: float, watch: Watch | None = None) -> bool:
        """Simulate up to a day, or until a count falls below a limit of the watch.

        Returns:
            True if the day was reached, False if a count ended the stretch before.

        Raises:
            NumericsError: the blood state became infinite, or more clones live than fit in memory.
        """
        program = self._compiled()
        if self.day == 0.0:
            self._state.y[N_BLOOD:] = program.own_initial
        plan = self._plan(until_day, watch or Watch())
        counters = [self._out.n_clone_rows[0], self._out.n_serials[0], self._out.n_transfusions[0]]
        while True:
            moved = self._state.copy()
            outcome = course.run_course(
                moved.y, moved.clones, moved.n_used, program, plan, self._kinds, one_row(self._constants),
                moved.tracked, moved.shares, self._out,
            )  # fmt: skip
            if outcome == course.FAILED:
                raise NumericsError(
                    f"patient {self.run.number}, seed {self.run.seed}: the blood state became infinite between day "
                    f"{self.day:g} and {until_day:g}; report these numbers with the scenario."
                )
            if outcome != course.NO_ROOM:
                break
            slots = 4 * len(self._state.clones.cells)
            if slots > simulate.LARGEST_TABLE:
                raise NumericsError(f"patient {self.run.number}, seed {self.run.seed}: too many clones live at once.")
            self._state = self._state.with_room(slots)
            self._out.n_clone_rows[0], self._out.n_serials[0], self._out.n_transfusions[0] = counters
        moved.n_used = int(outcome)
        self._state = moved
        self.day = int(self._out.stopped_tick[0]) / TICKS_PER_DAY
        return self.day >= until_day - 1.0 / TICKS_PER_DAY

    def give(self, *influences: Influence) -> None:
        """Add influences from here on; their days are days of the course."""
        self._change([*self._given, *influences])

    def replace_given(self, old: Influence, new: Influence | None) -> None:
        """Change the plan of something that was given: stop it, or go on longer."""
        self._change([item for item in self._given if item is not old] + ([new] if new is not None else []))

    def _change(self, given: list[Influence]) -> None:
        self._given, self._program = given, None
        self.patient = replace(self.patient, influences=tuple(given))

    def _compiled(self) -> Program:
        if self._program is None:
            self._program = compile_influences(self._given, self.patient.context(self.run.days))
        return self._program

    def ablate_and_graft(self, survival: float, donor_cells: float, kind: int, donor_progenitors: float) -> None:
        """Conditioning and graft: each stem cell of the patient survives by chance, donor cells move in.

        Args:
            survival: chance of each stem cell and share of early progenitors that survive.
            donor_cells: stem cells of the graft that settle.
            kind: index of the donor kind among the patient's clone kinds.
            donor_progenitors: early progenitors of the graft, relative to health.
        """
        state = self._state
        source = np.zeros(draws.SOURCE_WORDS, dtype=np.uint64)
        key, tick = stream_key(self.run.seed, "patient", self.run.number), to_tick(self.day)
        for i in range(state.n_used):
            if state.clones.cells[i] > 0:
                draws.open_source(source, key, tick, state.clones.address[i], int(Purpose.JUMP))
                state.clones.cells[i] = float(draws.binomial(source, int(state.clones.cells[i]), survival))
            state.clones.progenitors[i] *= survival
        if state.n_used + 2 > len(state.clones.cells):
            state = self._state = state.with_room(4 * len(state.clones.cells))
        address = stream_key(0, "donor", int(tick)) & _ADDRESS_MASK
        n_used = place(
            state.clones, state.n_used, float(donor_cells), 0.0, 0.0, 0.0, 1.0, address, np.uint64(0), kind, tick, 0.0
        )
        slot = int(np.flatnonzero(state.clones.address[: int(n_used)] == address)[0])
        state.clones.progenitors[slot] = donor_progenitors
        state.n_used = int(n_used)
        for name in _DIVIDING:
            pool = POOLS[name]
            state.y[pool.start : pool.stop] *= survival
        state.y[POOLS["early_progenitors"].start] = state.clones.progenitors[: state.n_used].sum()

    def set_pool(self, name_or_index: int, value: float) -> None:
        """Set one entry of the blood state, for a procedure that removes what an influence had built up."""
        self._state.y[name_or_index] = value

    @property
    def state(self) -> np.ndarray:
        """Blood state where the course stands; a copy, shape (n_states,)."""
        return self._state.y.copy()

    @property
    def clones(self) -> Clones:
        """Clone table where the course stands."""
        return self._state.clones

    @property
    def transfusions(self) -> np.ndarray:
        """What was given: day, product (index into `PRODUCTS`), units; shape (n, 3)."""
        rows = self._out.transfusion[: int(self._out.n_transfusions[0])].copy()
        rows[:, 0] /= TICKS_PER_DAY
        return rows

    def history(self) -> History:
        """What has happened so far."""
        n = int(np.searchsorted(self._out.tick, to_tick(self.day), side="right"))
        cut = self._out._replace(
            tick=self._out.tick[:n], state=self._out.state[:n], stem_cells=self._out.stem_cells[:n],
            channel=self._out.channel[:n],
        )  # fmt: skip
        return History.from_run(self.patient, self.run, self._constants, cut, self._state.clones)

    def _plan(self, until_day: float, watch: Watch) -> Plan:
        capacity = self.patient.parameters["stem_cell_niche_capacity_cells"]
        return Plan(
            kernel=simulate.KERNELS[self.run.kernel],
            start_tick=to_tick(self.day),
            stop_tick=to_tick(min(until_day, self.run.days)),
            cell_ticks=to_tick(self.run.calendar_days),
            crash_cell_ticks=TICKS_PER_DAY,
            with_blood=True,
            with_composition=True,
            key=stream_key(self.run.seed, "patient", self.run.number),
            report_fraction=self.run.report_fraction,
            report_cells=self.run.report_fraction * capacity,
            is_continued=self.day > 0.0,
            red_cell_trigger_g_per_dl=watch.red_cell_trigger_g_per_dl,
            platelet_trigger_1e9_per_l=watch.platelet_trigger_1e9_per_l,
            stop_hemoglobin_g_per_dl=watch.stop_hemoglobin_g_per_dl,
            stop_platelets_1e9_per_l=watch.stop_platelets_1e9_per_l,
            stop_neutrophils_1e9_per_l=watch.stop_neutrophils_1e9_per_l,
        )


def _moves_the_blood(patient: Patient) -> bool:
    """True if a changed number moves the blood at rest: kinetics do, set points and numbers of failure do not."""
    changed = [find_record(name) for name in patient.parameters.changed]
    return any(not record.set_point and record.subject in _BLOOD_SUBJECTS for record in changed)


def _first_state(patient: Patient, run: Run, start: np.ndarray, with_life_before: bool) -> _State:
    early = float(start[POOLS["early_progenitors"].start])
    if with_life_before and run.kernel != "mean" and patient.age_years > 0:
        clones, n_used = _life_before(patient, run)
        clones.progenitors[:] = clones.cells / patient.parameters["stem_cell_niche_capacity_cells"] * early
    else:
        clones, n_used = simulate.founders(patient, simulate.SMALLEST_TABLE, early)
    tracked = np.full(N_TRACKED, -1, dtype=np.int64)
    tracked[0] = 0
    return _State(start.copy(), clones, n_used, tracked, np.zeros((N_BLOOD, N_TRACKED)))


def _life_before(patient: Patient, run: Run) -> tuple[Clones, int]:
    """Stem cells and clones at the patient's age, from birth on, without blood."""
    healthy_kinds = tuple(replace(k, rate_per_year=0.0) if k.arises_only_in_failure else k for k in patient.kinds)
    child = replace(patient, age_years=0.0, influences=(Aging(),), kinds=healthy_kinds)
    days = patient.age_years * DAYS_PER_YEAR
    before = simulate.stem_cells_from_birth(child, days=days, seed=run.seed, number=run.number, kernel=run.kernel)
    clones, n_used = before
    clones.birth_tick[:] -= to_tick(days)
    clones.serial[:] = -1
    return clones, n_used
