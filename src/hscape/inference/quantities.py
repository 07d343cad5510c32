"""Words and units of the quantities that an explanation reports."""

from __future__ import annotations

#: Part of the stem cells that is ordinary, below which the reserve is told in two parts.
MOSTLY_ORDINARY_FRACTION = 0.9
#: Probabilities of the quantiles of which bands are made.
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
#: Values this near to zero say no more than that they are.
LEAST_SHOWN = 1.0e-4
#: Name -> (words, unit, True if printed as percent).
QUANTITIES: dict[str, tuple[str, str, bool]] = {
    "killing_per_day": ("killing rate of a full attack", "per day", False),
    "tolerated_antigen_fraction": ("antigen that regulation holds", "% of normal", True),
    "suppression_fold": ("strength of suppression", "relative", False),
    "cyclosporine_sensitivity_fold": ("sensitivity to cyclosporine", "relative", False),
    "globulin_fold": ("effect of globulin", "relative", False),
    "regeneration_fold": ("fastest division of stem cells", "fold of normal", False),
    "hla_vulnerability_fraction": ("killing of HLA-loss cells", "% of ordinary cells'", True),
    "attack_days_before_day_0": ("attack before day 0", "days", False),
    "immune_pressure_per_day": ("killing on day 0", "per day", False),
    "reserve_at_day_0_fraction": ("stem cells on day 0", "% of normal", True),
    "reserve_fraction": ("stem cells on the last day", "% of normal", True),
    "attack_now_per_day": ("killing on the last day", "per day", False),
    "interferon_now": ("suppression on the last day", "relative", False),
    "lost_niche_fraction": ("lost niche on the last day", "%", True),
    "attributed_to_escape": ("output due to escape", "%", True),
    "attributed_to_treatment": ("output due to treatment", "%", True),
    "pnh_stem_cells_count": ("PNH stem cells", "cells", False),
    "hla_loss_stem_cells_count": ("HLA-loss stem cells", "cells", False),
    "is_recovered": ("counts have recovered", "% of draws", True),
}


def words_of(name: str) -> str:
    """Words for a quantity; its name without underscores if it has none."""
    return QUANTITIES[name][0] if name in QUANTITIES else name.replace("_", " ")


def unit_of(name: str) -> str:
    """Its unit."""
    return QUANTITIES[name][1] if name in QUANTITIES else ""


def shown(name: str, value: float | None) -> str:
    """A value for reading, with three digits; nearer to zero than `LEAST_SHOWN` only that it is."""
    if value is None:
        return ""
    fold = 100.0 if name in QUANTITIES and QUANTITIES[name][2] else 1.0
    scaled = fold * value
    if 0.0 < abs(scaled) < LEAST_SHOWN:
        return f"below {LEAST_SHOWN:g}"
    return f"{scaled:.0f}" if abs(scaled) >= 1000 else f"{scaled:.3g}"


def percent(fraction: float, *, least: float = 0.001, is_share: bool = True) -> str:
    """A fraction in percent: two digits where it is small, and never more certain than its digits.

    Args:
        fraction: 0 or more.
        least: what is smaller is told as being below it.
        is_share: True if it cannot be above 1, so that 99.8 % is not rounded to certainty.
    """
    value = 100.0 * float(fraction)
    if is_share and value > 99.5:
        return "above 99 %"
    if value < 100.0 * least:
        return f"below {100.0 * least:g} %"
    return f"{value:.0f} %" if value >= 10 else f"{value:.2g} %"


def chance(probability: float | None, effective: float = 100.0) -> str:
    """A probability in words, never finer than the draws allow.

    Args:
        probability: 0 to 1, None if it does not apply.
        effective: draws that it rests on.
    """
    if probability is None:
        return "not applicable"
    finest = max(0.01, 1.0 / max(effective, 1.0))
    if probability < finest:
        return f"below {100 * finest:.0f} %"
    if probability > 1.0 - finest:
        return f"above {100 * (1.0 - finest):.0f} %"
    return f"{100 * probability:.0f} %"


def of_normal(fraction: float) -> str:
    """Cells relative to a healthy adult's in percent; may be above 100."""
    return percent(fraction, least=1e-5, is_share=False)
