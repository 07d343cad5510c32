"""Every rule for one chart, or those that a name asks for."""

from __future__ import annotations

from collections.abc import Callable

from hscape.chart import Chart
from hscape.clinic.course import Course, read_course
from hscape.clinic.evolution import assess_evolution
from hscape.clinic.first_response import assess_first_response
from hscape.clinic.pnh import assess_pnh_delatour, assess_pnh_ipig
from hscape.clinic.predictors import assess_age, assess_reticulocytes_lymphocytes, assess_telomere
from hscape.clinic.relapse import assess_japanese_relapse, assess_relapse
from hscape.clinic.response import DEFINITIONS, Definition
from hscape.clinic.response_at import MONTHS, assess_response, find_definition
from hscape.clinic.severity import SEVERITY_RULES, assess_definition, assess_severity
from hscape.clinic.transfusion import RULE as INDEPENDENCE
from hscape.clinic.transfusion import assess_independence
from hscape.clinic.verdict import Choices, Verdict
from hscape.errors import unknown_name

Rule = Callable[[Chart, Course, Choices], Verdict]


def _severity(rule: str) -> Rule:
    return lambda chart, course, choices: assess_severity(chart, course, choices, rule)


def _response(definition: Definition, month: int) -> Rule:
    return lambda chart, course, choices: assess_response(chart, course, choices, definition, month)


def _first(definition: Definition) -> Rule:
    return lambda chart, course, choices: assess_first_response(chart, course, choices, definition)


def _relapse(definition: Definition) -> Rule:
    return lambda chart, course, choices: assess_relapse(chart, course, choices, definition)


def _all_rules() -> dict[str, Rule]:
    rules: dict[str, Rule] = {"definition.bsh": assess_definition}
    rules |= {key: _severity(key) for key in SEVERITY_RULES}
    for definition in DEFINITIONS:
        rules |= {f"response.{definition.key}.{month}-months": _response(definition, month) for month in MONTHS}
        rules[f"response.{definition.key}.first"] = _first(definition)
    rules[INDEPENDENCE] = assess_independence
    rules |= {f"relapse.{definition.key}": _relapse(definition) for definition in DEFINITIONS}
    japan = find_definition("japan-childhood")
    rules["relapse.japan-rule"] = lambda chart, course, choices: assess_japanese_relapse(chart, course, choices, japan)
    rules |= {
        "evolution": assess_evolution,
        "pnh.ipig": assess_pnh_ipig,
        "pnh.de-latour": assess_pnh_delatour,
    }
    rules |= {
        "predictor.arc-alc": assess_reticulocytes_lymphocytes,
        "predictor.age": assess_age,
        "predictor.telomere": assess_telomere,
    }
    return rules


#: Key of a rule -> the rule, in the order of a page.
RULES: dict[str, Rule] = _all_rules()


def choose_rules(criteria: str | None) -> list[str]:
    """The rules that a name asks for: one rule, a family (``severity``) or a definition (``nih``).

    Raises:
        InputError: no rule has the name or the name as a part.
    """
    if criteria is None:
        return list(RULES)
    criteria = criteria.lower().strip()
    chosen = [key for key in RULES if key == criteria or key.startswith(f"{criteria}.") or criteria in key.split(".")]
    if not chosen:
        parts = {part for key in RULES for part in key.split(".")}
        raise unknown_name("criteria", criteria, parts | set(RULES), kind="rule")
    return chosen


def assess(chart: Chart, criteria: str | None = None, *, choices: Choices | None = None) -> list[Verdict]:
    """What the published rules say about a chart, each with its day and its reasons.

    Args:
        chart: the patient, real or simulated.
        criteria: a rule (``severity.cibmtr``), a family (``response``) or a definition (``nih``); None for
        all.
        choices: what the sources leave open, such as how reticulocytes were counted.

    Raises:
        InputError: no rule has the name.
    """
    chosen, course = choose_rules(criteria), read_course(chart)
    with_choices = choices if choices is not None else Choices()
    return [RULES[key](chart, course, with_choices) for key in chosen]
