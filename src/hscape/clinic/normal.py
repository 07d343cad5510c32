"""What is normal for hemoglobin by age and sex; bounds where these are not known."""

from __future__ import annotations

from hscape.chart import Chart
from hscape.clinic.counts import Count
from hscape.clinic.logic import Finding
from hscape.clinic.thresholds import threshold
from hscape.units import DAYS_PER_YEAR

#: Age below which a line of the table holds -> the record.
_CHILDREN = ((5.0, "child_under_5"), (12.0, "child_5_to_11"), (15.0, "child_12_to_14"))


def normal_hemoglobin_limits(chart: Chart, day: float) -> tuple[float, float]:
    """Smallest and largest lower limit of normal that this person can have, in g/dL."""
    adults = {"female": ("woman",), "male": ("man",), None: ("woman", "man")}[chart.sex]
    if chart.age_years is None:
        keys: tuple[str, ...] = (*(key for _, key in _CHILDREN), *adults)
    else:
        age = chart.age_years + day / DAYS_PER_YEAR
        keys = next(((key,) for limit, key in _CHILDREN if age < limit), adults)
    values = [threshold(f"normal_hemoglobin_{key}_g_per_dl") for key in keys]
    return min(values), max(values)


def hemoglobin_is_normal(count: Count, chart: Chart, day: float) -> Finding:
    """Is hemoglobin at least the lower limit of normal for age and sex?"""
    low, high = normal_hemoglobin_limits(chart, day)
    surely, hardly = count.at_least(high), count.at_least(low)
    if surely.truth or hardly.truth is False or low == high:
        return surely if surely.truth or low == high else hardly
    return Finding(None, (*hardly.reasons, f"normal from {low:g} or {high:g} g/dL: age or sex is not in the chart"))
