"""A cohort in numbers: who was taken, how many responded by each definition, with intervals.

Responses are counted among eligible patients whom the definition was made for. Death or transplant before the
month counts as no response, as in a trial; patients of whom the chart cannot tell are left out and counted.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from hscape.clinic.response_at import MONTHS, NONE, RESPONSES
from hscape.clinic.verdict import CANNOT_TELL, NOT_ASSESSED
from hscape.proportions import wilson_interval
from hscape.units import DAYS_PER_MONTH


def eligible(table: pd.DataFrame) -> pd.DataFrame:
    """The patients that the design takes."""
    return table[table["is_eligible"].astype(bool)]


def screening(table: pd.DataFrame) -> pd.DataFrame:
    """How many of each arm were simulated and taken, and why the others were not; one row an arm and reason."""
    words = table["exclusion"].where(~table["is_eligible"].astype(bool), "eligible")
    counts = table.assign(reason=words).groupby(["arm", "reason"], sort=True).size()
    return counts.rename("patients").reset_index()


def response_table(table: pd.DataFrame, arms: Sequence[str], definitions: Sequence[str]) -> pd.DataFrame:
    """Responses by arm, definition and month among eligible patients.

    Args:
        table: the patients' table.
        arms: names of arms, in order.
        definitions: keys of definitions of response.

    Returns:
        Columns arm, definition, month, n, n_complete, n_responded, share, low, high (Wilson, 95 %),
        complete_share, complete_low, complete_high, n_cannot_tell, n_not_assessed.
    """
    taken = eligible(table)
    rows = [
        _responses(taken[taken["arm"] == arm], arm, definition, month)
        for definition in definitions
        for month in MONTHS
        for arm in arms
    ]
    return pd.DataFrame(rows)


def _responses(part: pd.DataFrame, arm: str, definition: str, month: int) -> dict[str, Any]:
    column = f"response_{definition.replace('-', '_')}_{month}_months"
    # A definition that was not made for somebody says so of every day; at one month only, the patient had died or
    # been transplanted before.
    is_for = part[f"response_{definition.replace('-', '_')}_first"] != NOT_ASSESSED
    value = part[column].where(~(is_for & _ended_before(part, month) & (part[column] == NOT_ASSESSED)), NONE)
    told = value[~value.isin((CANNOT_TELL, NOT_ASSESSED))]
    n, n_any = len(told), int(told.isin(RESPONSES).sum())
    n_complete = int((told == RESPONSES[0]).sum())
    low, high = wilson_interval(n_any, n)
    complete_low, complete_high = wilson_interval(n_complete, n)
    return {
        "arm": arm,
        "definition": definition,
        "month": month,
        "n": n,
        "n_responded": n_any,
        "share": n_any / n if n else math.nan,
        "low": low,
        "high": high,
        "n_complete": n_complete,
        "complete_share": n_complete / n if n else math.nan,
        "complete_low": complete_low,
        "complete_high": complete_high,
        "n_cannot_tell": int((value == CANNOT_TELL).sum()),
        "n_not_assessed": int((value == NOT_ASSESSED).sum()),
    }


def _ended_before(part: pd.DataFrame, month: int) -> pd.Series:
    """Died or transplanted by the month of treatment."""
    limit = part["treatment_day"] + month * DAYS_PER_MONTH
    return (part["death_day"] <= limit + 1) | (part["transplant_day"] <= limit + 1)


def summary(table: pd.DataFrame, arms: Sequence[str], definitions: Sequence[str]) -> dict[str, Any]:
    """What a command prints: screening and responses, ready for JSON."""
    responses = response_table(table, arms, definitions).astype(object)
    return {
        "screening": screening(table).to_dict("records"),
        "responses": responses.where(responses.notna(), None).to_dict("records"),
    }
