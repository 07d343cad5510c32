"""The dated entries of a chart: blood counts, treatments, transfusions, HLA typing and events.

Every entry is frozen, and checks itself when it is made. `source` says which cell of which file an entry
came from; it does not take part in comparison, so that a reordered file gives an equal chart.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from hscape.chart.analytes import ANALYTES, Analyte, find_analyte
from hscape.chart.checks import check_finite, check_one_of, check_order, check_within
from hscape.errors import InputError

Censoring = Literal["none", "below", "above"]
CENSORING: tuple[str, ...] = ("none", "below", "above")
GLOBULINS: tuple[str, ...] = ("horse_atg", "rabbit_atg", "atg", "antithymocyte_globulin", "alg")
#: Treatments of a day or a few: they have no course that goes on.
GIVEN_ONCE: tuple[str, ...] = (*GLOBULINS, "alemtuzumab", "cyclophosphamide", "transplant")
PRODUCTS: tuple[str, ...] = ("red_cells", "platelets", "granulocytes", "plasma")
EVENT_KINDS: tuple[str, ...] = (
    "diagnosis",
    "treatment_start",
    "transplant",
    "graft_failure",
    "second_transplant",
    "donor_lymphocytes",
    "relapse",
    "evolution",
    "infection",
    "bleeding",
    "death",
    "last_follow_up",
    "other",
)
#: What a flag on a measurement can say; a rule decides what to do with it.
FLAGS: dict[str, str] = {
    "after_transfusion": "drawn within days of a transfusion of the same cell: not output of the marrow alone",
    "on_g_csf": "drawn on or within days of G-CSF: neutrophils are raised by the drug",
    "derived": "computed from other values of the same day, not reported by the laboratory",
    "unit_inferred": "the unit was not written in the file and was inferred",
    "repaired": "the value was changed on reading; the issue list says how",
    "manual": "counted by eye",
    "automated": "counted by an analyzer",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One value of one analyte on one day.

    Args:
        day: days since day zero of the chart; negative before it.
        analyte: name of the analyte, which ends in its unit.
        value: in that unit; the limit itself if the value is censored.
        censored: ``below`` for "<value", ``above`` for ">value", else ``none``.
        low: lower end of a 95 % interval, None if not known.
        high: upper end of that interval.
        flags: what a rule must know about the value; keys of `FLAGS`.
        source: the cell it came from, for example ``Visits!C14``.
    """

    day: float
    analyte: str
    value: float
    censored: Censoring = "none"
    low: float | None = None
    high: float | None = None
    flags: tuple[str, ...] = ()
    source: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        analyte = ANALYTES.get(self.analyte)
        if (
            analyte is not None
            and not self.flags
            and self.low is None
            and self.high is None
            and self.censored == "none"
            and (
                type(self.value) is float
                and 0.0 <= self.value <= analyte.high
                and type(self.day) is float
                and -1e7 < self.day < 1e7
            )
        ):
            return  # the plain case, without building a message: a registry has a hundred thousand of them
        self._check()

    def _check(self) -> None:
        where = f"measurement {self.analyte} on day {self.day}"
        analyte = find_analyte(self.analyte, "measurement")
        check_finite(where, self.day)
        check_within(where, self.value, 0.0, analyte.high, analyte.unit)
        check_one_of(where, self.censored, CENSORING, "kind of censoring")
        check_order(f"{where}, interval", self.low, self.high)
        for flag in self.flags:
            check_one_of(where, flag, FLAGS, "flag")
        object.__setattr__(self, "flags", tuple(sorted(set(self.flags))))

    @property
    def unit(self) -> str:
        """UCUM code of the unit."""
        return self.kind.unit

    @property
    def kind(self) -> Analyte:
        """The analyte with its label and limits."""
        return find_analyte(self.analyte)

    @property
    def is_censored(self) -> bool:
        """True if only a limit is known."""
        return self.censored != "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseStep:
    """From one day on, one dose: a step of a taper."""

    day: float
    dose: float

    def __post_init__(self) -> None:
        check_finite("dose step, day", self.day)
        check_within("dose step, dose", self.dose, 0.0, 1e7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """A drug or a procedure over a time.

    Args:
        name: word for it, for example ``cyclosporine``, ``horse_atg``, ``eltrombopag``, ``g_csf``, ``transplant``.
        start_day: first day.
        end_day: last day, None if it goes on or is not known.
        dose: starting dose in `dose_unit`, None if not known.
        dose_unit: UCUM code, for example ``mg/d`` or ``mg/kg/d``.
        taper: later doses, each from its day on.
    """

    name: str
    start_day: float
    end_day: float | None = None
    dose: float | None = None
    dose_unit: str = ""
    taper: tuple[DoseStep, ...] = ()
    detail: str = ""
    source: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        where = f"treatment {self.name}"
        if not self.name:
            raise InputError("treatment: came without a name; write what was given, for example cyclosporine.")
        check_finite(f"{where}, start day", self.start_day)
        check_finite(f"{where}, end day", self.end_day)
        check_order(where, self.start_day, self.end_day)
        check_within(f"{where}, dose", self.dose, 0.0, 1e7)
        object.__setattr__(self, "taper", tuple(sorted(self.taper, key=lambda step: step.day)))

    def is_given_on(self, day: float) -> bool:
        """True from the first day to the last; open-ended if no last day is known."""
        return self.start_day <= day and (self.end_day is None or day <= self.end_day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfusion:
    """One transfusion.

    Args:
        day: day it was given.
        product: one of `PRODUCTS`.
        units: number of units, None if not written.
    """

    day: float
    product: str
    units: float | None = None
    source: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        where = f"transfusion on day {self.day}"
        check_finite(where, self.day)
        check_one_of(where, self.product, PRODUCTS, "product")
        check_within(f"{where}, units", self.units, 0.0, 100.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class HlaLocus:
    """The two germline alleles of one HLA locus, for example A with ``A*02:01`` and ``A*24:02``."""

    locus: str
    alleles: tuple[str, str]

    def __post_init__(self) -> None:
        if len(self.alleles) != 2 or not all(self.alleles):
            raise InputError(
                f"hla_typing {self.locus}: {self.alleles!r} is not two alleles; give both, "
                "twice the same if homozygous."
            )
        object.__setattr__(self, "alleles", tuple(sorted(self.alleles)))

    @property
    def is_homozygous(self) -> bool:
        """True if loss of one allele cannot be seen at this locus."""
        return self.alleles[0] == self.alleles[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened on a day: a diagnosis, a transplant, a death, the last follow-up.

    Args:
        day: day it happened.
        kind: one of `EVENT_KINDS`.
        detail: words, for example ``AML`` or ``matched sibling, marrow``.
    """

    day: float
    kind: str
    detail: str = ""
    source: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        check_finite(f"event {self.kind}", self.day)
        check_one_of("event", self.kind, EVENT_KINDS, "kind of event")
