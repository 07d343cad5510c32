"""Scenario: a patient and a course as a YAML file, checked before anything runs.

The published JSON Schema is `scenarios/scenario.schema.json`; it is generated from the models below.
"""

from __future__ import annotations

import math
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hscape.biology.influence import Influence
from hscape.biology.influences import (
    Aging,
    Bleeding,
    CytotoxicPulse,
    Infection,
    PlateletDestruction,
    RedCellAplasia,
)
from hscape.errors import InputError, unknown_name
from hscape.parameters import Parameters, check_value, find_record
from hscape.patient import Founder, Patient

LARGEST_FILE_BYTES = 1_000_000
Day = Annotated[float, Field(ge=0, le=45_000, description="day of the course, 0 is the start")]
PositiveDays = Annotated[float, Field(gt=0, le=45_000)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False, allow_inf_nan=False)


class BleedingEvent(_Strict):
    """Bleeding or blood donation."""

    type: Literal["bleeding"]
    day: Day
    volume_ml: Annotated[float, Field(gt=0, le=3000)]
    iron_mg_per_day: Annotated[float, Field(ge=0, le=400)] = 0.0
    iron_days: Annotated[float, Field(ge=0, le=1000)] = 0.0

    def influence(self) -> Influence:
        """The influence."""
        return Bleeding(
            day=self.day, volume_ml=self.volume_ml, iron_mg_per_day=self.iron_mg_per_day, iron_days=self.iron_days
        )


class InfectionEvent(_Strict):
    """Bacterial infection."""

    type: Literal["infection"]
    day: Day
    duration_days: PositiveDays
    severity_share: Annotated[float, Field(ge=0, le=1)] = 1.0

    def influence(self) -> Influence:
        """The influence."""
        return Infection(day=self.day, duration_days=self.duration_days, severity_share=self.severity_share)


class CytotoxicPulseEvent(_Strict):
    """Docetaxel, one dose or several."""

    type: Literal["cytotoxic_pulse"]
    drug: Literal["docetaxel"] = "docetaxel"
    day: Day
    dose_mg: Annotated[float, Field(gt=0, le=1000)]
    cycles: Annotated[int, Field(ge=1, le=50)] = 1
    interval_days: PositiveDays = 21.0

    def influence(self) -> Influence:
        """The influence."""
        return CytotoxicPulse(day=self.day, dose_mg=self.dose_mg, cycles=self.cycles, interval_days=self.interval_days)


class PlateletDestructionEvent(_Strict):
    """Peripheral destruction of platelets."""

    type: Literal["platelet_destruction"]
    day: Day
    destruction_per_day: Annotated[float, Field(gt=0, le=50)]
    duration_days: PositiveDays | None = None

    def influence(self) -> Influence:
        """The influence."""
        return PlateletDestruction(
            day=self.day,
            destruction_per_day=self.destruction_per_day,
            duration_days=math.inf if self.duration_days is None else self.duration_days,
        )


class RedCellAplasiaEvent(_Strict):
    """Red-cell aplasia."""

    type: Literal["red_cell_aplasia"]
    day: Day
    duration_days: PositiveDays
    killing_per_day: Annotated[float, Field(gt=0, le=50)] | None = None

    def influence(self) -> Influence:
        """The influence."""
        return RedCellAplasia(day=self.day, duration_days=self.duration_days, killing_per_day=self.killing_per_day)


Event = Annotated[
    BleedingEvent | InfectionEvent | CytotoxicPulseEvent | PlateletDestructionEvent | RedCellAplasiaEvent,
    Field(discriminator="type"),
]


class FounderClone(_Strict):
    """A clone that is there on day 0."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    stem_cells: Annotated[int, Field(ge=1, le=10_000_000)]
    fitness_per_year: Annotated[float, Field(ge=-5, le=5)] = 0.0


class Person(_Strict):
    """Who."""

    age_years: Annotated[float, Field(ge=0, le=120)]
    sex: Literal["male", "female"] = "male"
    aging: bool = Field(default=False, description="let the niche grow from birth to adolescence")
    drivers: Literal["none", "known", "all"] = Field(default="none", description="driver mutations that may arise")
    clones: list[FounderClone] = Field(default_factory=list)


class Scenario(_Strict):
    """A patient and a course."""

    name: Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9 _.-]*$")]
    what: str = Field(default="", description="one sentence for people")
    person: Person
    days: Annotated[float, Field(gt=0, le=44_000)]
    output_every_days: PositiveDays = 7.0
    clones_every_days: PositiveDays = 28.0
    kernel: Literal["step", "exact", "mean"] = "step"
    with_blood: bool = True
    patients: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    parameters: dict[str, float] = Field(default_factory=dict, description="parameter id -> value in its unit")
    events: list[Event] = Field(default_factory=list, description="in order of their day")

    def patient(self, parameters: Parameters | None = None) -> Patient:
        """The patient that this scenario describes.

        Args:
            parameters: numbers in force before those of the scenario.
        """
        influences: list[Influence] = [Aging()] if self.person.aging else []
        influences += [event.influence() for event in self.events]
        founders = [
            Founder(name=clone.name, stem_cells=clone.stem_cells, fitness_per_year=clone.fitness_per_year)
            for clone in self.person.clones
        ]
        base = Parameters(dict(self.parameters)) if self.parameters else Parameters()
        merged = base.with_values(parameters.changed) if parameters is not None else base
        return Patient(
            age_years=self.person.age_years,
            sex=self.person.sex,
            influences=influences,
            clones=founders,
            drivers=self.person.drivers,
            parameters=merged,
        )


def scenario_names() -> list[str]:
    """Names of the shipped scenarios."""
    folder = resources.files("hscape.scenarios")
    return sorted(entry.name[:-5] for entry in folder.iterdir() if entry.name.endswith(".yaml"))


def load_scenario(name_or_file: str | Path) -> Scenario:
    """Read a shipped scenario by name, or a YAML file.

    Raises:
        InputError: no such scenario, not readable, an unknown key, a missing unit, an impossible value, or
            events out of order; one sentence that says where, what came, what is allowed and what to do.
    """
    text, where = _read(name_or_file)
    try:
        data = yaml.load(text, Loader=_UniqueKeyLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" in line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "not YAML"
        raise InputError(f"{where}{line}: {problem}; write YAML as in 'hscape examples'.") from None
    except RecursionError:
        raise InputError(f"{where}: nested too deeply; a scenario has three levels.") from None
    return parse_scenario(data, where)


class _UniqueKeyLoader(yaml.SafeLoader):
    """A safe loader that refuses a key written twice, since YAML would silently keep the last."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """Build a mapping; every key may come once."""
        seen = set()
        for key_node, _ in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key '{key}' is written twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


def parse_scenario(data: Any, where: str = "scenario") -> Scenario:
    """Check the content of a scenario file."""
    if not isinstance(data, dict):
        raise InputError(f"{where}: came as {type(data).__name__}; write keys such as name, person, days, events.")
    _check_keys(data, where)
    try:
        scenario = Scenario.model_validate(data)
    except ValidationError as error:
        raise _as_input_error(error, where) from None
    for name, value in scenario.parameters.items():
        check_value(find_record(name, f"{where}: parameters"), value, f"{where}: parameters")
    days = [event.day for event in scenario.events]
    for i in range(1, len(days)):
        if days[i] < days[i - 1]:
            raise InputError(
                f"{where}: events[{i}].day {days[i]:g} comes before events[{i - 1}].day {days[i - 1]:g}; "
                "write events in order of their day."
            )
    for i, day in enumerate(days):
        if day > scenario.days:
            raise InputError(
                f"{where}: events[{i}].day {day:g} lies after the last day {scenario.days:g}; "
                "make the course longer or the event earlier."
            )
    named = {find_record(name).id: value for name, value in scenario.parameters.items()}
    checked = scenario.model_copy(update={"parameters": named})
    checked.patient()  # what only the patient as a whole can tell
    return checked


def _read(name_or_file: str | Path) -> tuple[str, str]:
    name = str(name_or_file)
    if name in scenario_names():
        return resources.files("hscape.scenarios").joinpath(f"{name}.yaml").read_text(encoding="utf-8"), name
    path = Path(name)
    if not path.suffix and not path.exists():
        raise unknown_name("scenario", name, scenario_names(), kind="scenario")
    try:
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise InputError(f"{name}: larger than {LARGEST_FILE_BYTES} bytes; a scenario is a page of text.")
        return path.read_text(encoding="utf-8"), name
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "not a text file in UTF-8"
        raise InputError(
            f"{name}: cannot be read ({reason}); give a YAML file or one of {', '.join(scenario_names())}."
        ) from None


_EVENT_MODELS: dict[str, type[_Strict]] = {
    "bleeding": BleedingEvent,
    "infection": InfectionEvent,
    "cytotoxic_pulse": CytotoxicPulseEvent,
    "platelet_destruction": PlateletDestructionEvent,
    "red_cell_aplasia": RedCellAplasiaEvent,
}


def _check_keys(data: dict[Any, Any], where: str) -> None:
    """Name unknown keys with their nearest, before values are looked at."""
    _known(data, Scenario, where, "")
    if isinstance(data.get("person"), dict):
        _known(data["person"], Person, where, "person")
        for i, clone in enumerate(data["person"].get("clones") or []):
            if isinstance(clone, dict):
                _known(clone, FounderClone, where, f"person.clones[{i}]")
    events = data.get("events") or []
    if not isinstance(events, list):
        raise InputError(f"{where}: events came as {type(events).__name__}; write a list, each entry with '- type:'.")
    for i, event in enumerate(events):
        if not isinstance(event, dict):
            raise InputError(f"{where}: events[{i}] came as {type(event).__name__}; write keys such as type and day.")
        kind = event.get("type")
        if kind is None:
            raise InputError(f"{where}: events[{i}] has no type; give one of {', '.join(_EVENT_MODELS)}.")
        if kind not in _EVENT_MODELS:
            raise unknown_name(f"{where}: events[{i}]", str(kind), _EVENT_MODELS, kind="event type")
        _known(event, _EVENT_MODELS[kind], where, f"events[{i}]")


def _known(data: dict[Any, Any], model: type[BaseModel], where: str, part: str) -> None:
    for key in data:
        if str(key) not in model.model_fields:
            raise unknown_name(f"{where}: {part}" if part else where, str(key), model.model_fields, kind="key")


def _as_input_error(error: ValidationError, where: str) -> InputError:
    first = error.errors(include_url=False)[0]
    parts = [p for p in first["loc"] if p not in _EVENT_MODELS]
    place = "".join(f"[{p}]" if isinstance(p, int) else (f".{p}" if i else str(p)) for i, p in enumerate(parts))
    came = first.get("input")
    if first["type"] == "missing":
        return InputError(f"{where}: {place} is missing; add it with its value.")
    shown = "" if isinstance(came, dict | list) else f" '{came}'"
    message = first["msg"].replace("Input should be", "it must be").replace("valid ", "")
    return InputError(
        f"{where}: {place}{shown} is not possible: {message[0].lower() + message[1:]}; correct this value."
    )
