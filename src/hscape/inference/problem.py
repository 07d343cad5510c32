"""One chart as a problem of inference: unknowns, what was seen, and the chance of what was seen."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field, replace

import numpy as np

from hscape.chart import Chart
from hscape.dynamics.coarse import N_NOISE, N_NOISE_BEFORE, USUAL_DAYS
from hscape.dynamics.coarse_record import N_COLUMNS, N_SLOTS
from hscape.errors import InputError
from hscape.inference.course import Setting, make_setting, noise_rows
from hscape.inference.many_courses import courses_on, empty_rows, score
from hscape.inference.numbers import Coordinates, Mapping, coordinates
from hscape.inference.observations import Observations, read_observations
from hscape.inference.prior import analysis_prior
from hscape.inference.slots import life_long_cells
from hscape.inference.treatments import Given, read_treatments
from hscape.inference.unrecorded import in_words, unrecorded_limits
from hscape.parameters import Parameters
from hscape.streams import generator

#: Findings so long before day 0 are not of this failure.
FIRST_DAY = -365.0
#: Persons of the prior who are run to count the steps of a course; most of them show.
_TRIED_FOR_STEPS = 16
YOUNGEST_YEARS = 18.0
USUAL_AGE_YEARS = 40.0


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Everything that a sampler needs.

    Args:
        chart: of one patient.
        parameters: prior medians and spreads, rates, scatter.
        mapping: from coordinates to numbers.
        setting: of the course.
        observations: what was seen.
        given: treatments.
        remarks: what was assumed about the chart.
        last_day: last day that is explained.
    """

    chart: Chart
    parameters: Parameters
    mapping: Mapping
    setting: Setting
    observations: Observations
    given: Given
    remarks: tuple[str, ...]
    last_day: float
    transfusions: tuple[tuple[float, int, float], ...] = ()
    _rows: np.ndarray = field(default_factory=empty_rows, repr=False)

    def with_own_scratch(self) -> Problem:
        """The same problem for another thread."""
        return replace(self, _rows=empty_rows())

    @property
    def coordinates(self) -> Coordinates:
        """Names of the unknowns."""
        return coordinates(self.mapping.clones)

    @property
    def ended_by_transplant_day(self) -> float | None:
        """Day of the transplant that ends what is explained, None for none."""
        day = self.given.transplant_day
        return day if day is not None and day <= self.last_day else None

    @property
    def n_active(self) -> int:
        """Slots that can hold cells."""
        return 3 + len(self.mapping.clones)

    @property
    def n_noise(self) -> int:
        """Rows of chance of a course."""
        return noise_rows(self.setting.end_day, len(self.setting.table.cut_day))

    @functools.cached_property
    def steps_after_start(self) -> int:
        """Steps of a course from day 0 to the last explained day."""
        random, tried = generator(0, "steps"), _TRIED_FOR_STEPS
        numbers = self.mapping.numbers(random.standard_normal((tried, self.coordinates.size)))
        noise = np.zeros((tried, self.n_noise, N_SLOTS), dtype=np.float32)
        out, after = np.zeros((tried, 0, N_COLUMNS)), np.zeros(tried)
        steps = courses_on(numbers, self.setting, noise, np.zeros(0), self._rows, out, after)
        if np.any(steps >= 0):
            return int(steps[steps >= 0][0])
        return int(self.setting.end_day / USUAL_DAYS)

    def log_likelihood(self, z: np.ndarray, noise: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Log likelihood of coordinates with their chance, and its parts.

        Args:
            z: shape (n, n_coordinates).
            noise: shape (n, n_noise, n_slots).

        Returns:
            shape (n,), and (n, n_observations).
        """
        each = np.zeros((len(z), len(self.observations.rows)))
        found = score(self.mapping.numbers(z), self.setting, self.observations.rows, noise, self._rows, each)
        return found, each

    def courses(
        self, numbers: np.ndarray, noise: np.ndarray, days: np.ndarray, setting: Setting | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Courses on days: shape (n, n_days, n_columns), and the days from the first attacking cell to day 0."""
        out, after = np.zeros((len(numbers), len(days), N_COLUMNS)), np.zeros(len(numbers))
        courses_on(numbers, setting or self.setting, noise, np.asarray(days, dtype=float), self._rows, out, after)
        return out, after

    def setting_for(self, treatments: list, end_day: float, transplant_day: float | None = None) -> Setting:
        """The same person under other treatments and up to another day."""
        return make_setting(
            treatments, list(self.transfusions),
            sorted({*self.observations.days.tolist(), self.last_day}), parameters=self.parameters,
            sex=self.chart.sex or "male", age_years=self.mapping.age_years, end_day=end_day,
            transplant_day=transplant_day,
        )  # fmt: skip


def make_problem(chart: Chart, parameters: Parameters | None = None) -> Problem:
    """Prepare a chart.

    Args:
        chart: of one patient; day 0 is taken as the day on which the failure was found.
        parameters: the numbers in force; the analysis prior by default.

    Raises:
        InputError: a child, or a chart without anything that can be explained.
    """
    p = parameters or analysis_prior()
    remarks: list[str] = []
    age = chart.age_years
    if age is None:
        age = USUAL_AGE_YEARS
        remarks.append(f"age is not in the chart; {age:g} years are assumed")
    if age < YOUNGEST_YEARS:
        raise InputError(
            f"chart {chart.patient_id}: {age:g} years at day 0; the model's blood is an adult's, give a chart of "
            f"{YOUNGEST_YEARS:g} years or more."
        )
    sex = chart.sex
    if sex is None:
        sex = "male"
        remarks.append("sex is not in the chart; normal counts of a man are assumed")
    given = read_treatments(chart)
    found = [m.day for m in chart.measurements] + [m.day for m in chart.clone_measurements]
    last = max(found, default=None)
    if last is None:
        raise InputError(
            f"chart {chart.patient_id}: no count and no clone finding; give at least one dated blood count."
        )
    if given.transplant_day is not None and given.transplant_day <= last:
        last = given.transplant_day
        remarks.append(
            f"after the transplant on day {last:g} the marrow is the donor's; findings from then on are not explained"
        )
    if unrecorded := in_words(unrecorded_limits(chart, p)):
        remarks.append(unrecorded)
    observations = read_observations(chart, p, FIRST_DAY, last)
    if not len(observations.rows):
        raise InputError(
            f"chart {chart.patient_id}: nothing in it can be explained "
            f"({'; '.join(observations.left_out) or 'empty'}); "
            "give counts outside of the days after a transfusion."
        )
    mapping = Mapping(
        parameters=p, age_years=age, last_day=float(last), clones=observations.clones,
        piga_quantiles=life_long_cells(p["clone_PIGA_rate_per_year"], age, p),
        hla_quantiles=life_long_cells(
            p["clone_HLA_allele_mutation_rate_per_year"] + p["clone_HLA_6p_CN_LOH_rate_per_year"], age, p
        ),
    )  # fmt: skip
    transfusions = tuple(
        (
            t.day,
            0 if t.product == "red_cells" else 1,
            t.units or (p["red_cell_transfusion_units_count"] if t.product == "red_cells" else 1.0),
        )
        for t in chart.transfusions
        if t.product in ("red_cells", "platelets") and 0.0 <= t.day <= last
    )
    setting = make_setting(
        list(given.influences), list(transfusions), sorted({*observations.days.tolist(), float(last)}), parameters=p,
        sex=sex, age_years=age, end_day=max(float(last), 1.0),
    )  # fmt: skip
    problem = Problem(
        chart=chart, parameters=p, mapping=mapping, setting=setting, observations=observations, given=given,
        remarks=(*remarks, *given.remarks), last_day=float(last), transfusions=transfusions,
    )  # fmt: skip
    if problem.n_noise == N_NOISE and problem.steps_after_start >= N_NOISE - N_NOISE_BEFORE:
        raise InputError(
            f"chart {chart.patient_id}: findings on {len(setting.table.cut_day)} days over {last:g} days are more than "
            f"a course can hold ({N_NOISE - N_NOISE_BEFORE} steps); leave out some visits, or end the chart earlier."
        )
    return problem
