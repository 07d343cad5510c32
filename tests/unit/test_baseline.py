"""An edited rate or number changes the output: this fails at once, and the baseline is renewed on purpose."""

import pytest
import yaml

from tests.reference.make_baseline import PAGE, baseline


def test_shipped_scenarios_give_what_they_gave():
    expected = yaml.safe_load(PAGE.read_text())
    found = baseline()
    assert found.keys() == expected.keys()
    for name, columns in expected.items():
        for column, values in columns.items():
            # 1e-5: sums of floats may differ between processors, rates may not.
            assert found[name][column] == pytest.approx(values, rel=1e-5, abs=1e-9), (name, column)
