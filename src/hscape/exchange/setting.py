"""What surrounds a value: what may explain a real jump, and what the answers file says about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hscape.exchange.resolve import value_key
from hscape.exchange.unit_fit import Value


@dataclass(slots=True)
class Setting:
    """What may explain a real jump: days of transfusion by product, G-CSF spans and transplants."""

    transfusions: dict[str, list[float]] = field(default_factory=dict)
    g_csf: list[tuple[float, float]] = field(default_factory=list)
    transplants: list[float] = field(default_factory=list)

    def transfused(self, product: str, day: float, within_days: float) -> bool:
        """True if the product was given on the day or in the days before."""
        return any(0 <= day - given <= within_days for given in self.transfusions.get(product, ()))

    def on_g_csf(self, day: float) -> bool:
        """True on G-CSF and for five days after."""
        return any(start <= day <= end + 5 for start, end in self.g_csf)


def settled(value: Value, answers: Mapping[str, str], dropped: set[int]) -> bool:
    """Apply an answer about one value; True if there is one."""
    answer = answers.get(value_key(value.raw))
    if answer is None:
        return False
    if answer == "exclude":
        dropped.add(id(value))
    elif answer != "keep" and value.raw.number:
        try:
            number = float(answer.replace(",", "."))
        except ValueError:
            return False
        value.number *= number / value.raw.number
        value.flags.add("repaired")
    return True
