"""Compiled code without surprises: an edited rate is seen, and unwritable folders do no harm."""

import os
import shutil
import subprocess
import sys

import pytest

import hscape
from hscape.compiled import PACKAGE_FOLDER, own_temporary_folder, source_hash
from hscape.parameters import Parameters

PROBE = """
from hscape.biology import rates
from hscape.biology.balance import constants_record
from hscape.compiled import CACHE_FOLDER, compiled
from hscape.parameters import Parameters

@compiled
def probe(x, c):
    return rates.niche_fold(x, c)

print(probe(0.5, constants_record(Parameters())), CACHE_FOLDER)
"""


@pytest.fixture
def copy_of_the_package(tmp_path):
    shutil.copytree(PACKAGE_FOLDER, tmp_path / "code" / "hscape", ignore=shutil.ignore_patterns("__pycache__"))
    script = tmp_path / "code" / "probe.py"
    script.write_text(PROBE)
    return tmp_path / "code"


_EMPTY = Parameters()["niche_empty_division_fold"]
#: What the probe prints: division in a niche that is half full, by the formula.
HALF_FULL = _EMPTY / (1.0 + (_EMPTY - 1.0) * 0.5)


def run_probe(folder, **environment):
    cleaned = {k: v for k, v in os.environ.items() if k not in ("HSCAPE_CACHE", "XDG_CACHE_HOME", "NUMBA_CACHE_DIR")}
    result = subprocess.run([sys.executable, folder / "probe.py"], cwd=folder, capture_output=True, text=True, check=True,
                            env={**cleaned, "PYTHONPATH": str(folder), **environment})  # fmt: skip
    value, cache = result.stdout.split()
    return float(value), cache


def test_an_edited_rate_is_seen_although_its_callers_are_cached(copy_of_the_package, tmp_path):
    cache = {"HSCAPE_CACHE": str(tmp_path / "cache")}
    before, _ = run_probe(copy_of_the_package, **cache)
    rates = copy_of_the_package / "hscape" / "biology" / "rates.py"
    text = rates.read_text()
    edited = text.replace(
        "return c.niche_empty_division_fold / (1.0 +", "return 2.0 * c.niche_empty_division_fold / (1.0 +"
    )
    assert edited != text
    stamp = rates.stat()
    rates.write_text(edited)
    os.utime(rates, (stamp.st_atime, stamp.st_mtime))
    after, _ = run_probe(copy_of_the_package, **cache)
    assert before == pytest.approx(HALF_FULL)
    assert after == pytest.approx(2 * before)


def test_an_unwritable_home_falls_back_to_a_temporary_folder(copy_of_the_package, tmp_path):
    blocked, temporary = tmp_path / "blocked", tmp_path / "temporary"
    blocked.write_text("a file where the home folder should be")
    temporary.mkdir()
    where = {"HOME": str(blocked), "XDG_CACHE_HOME": str(blocked / "cache"), "TMPDIR": str(temporary)}
    value, cache = run_probe(copy_of_the_package, **where)
    assert value == pytest.approx(HALF_FULL)
    assert "hscape-cache-" in cache
    assert run_probe(copy_of_the_package, **where) == (value, cache)  # found again, so nothing is compiled anew


def test_a_temporary_folder_of_somebody_else_is_not_trusted(tmp_path):
    own = own_temporary_folder(tmp_path)
    assert own is not None
    assert own_temporary_folder(tmp_path) == own
    own.chmod(0o777)
    assert own_temporary_folder(tmp_path) is None
    own.rmdir()
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    own.symlink_to(tmp_path / "elsewhere")
    assert own_temporary_folder(tmp_path) is None


def test_the_source_hash_covers_every_file(copy_of_the_package):
    before = source_hash(copy_of_the_package / "hscape")
    assert before == source_hash()
    path = copy_of_the_package / "hscape" / "units.py"
    path.write_text(path.read_text() + "\n# a remark\n")
    assert source_hash(copy_of_the_package / "hscape") != before


def test_public_names_are_few_and_exist():
    assert len(hscape.__all__) <= 25
    for name in hscape.__all__:
        assert getattr(hscape, name) is not None
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = hscape.nothing


def test_import_loads_nothing_heavy():
    code = "import sys, hscape; print([m for m in ('numba', 'pandas', 'matplotlib', 'scipy', 'typer') if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_the_loop_has_one_signature_whatever_it_is_asked():
    from hscape import Founder, Patient, simulate
    from hscape.biology.influences import Bleeding, CytotoxicPulse
    from hscape.dynamics import course

    simulate(Patient(), days=14, seed=1)
    simulate(Patient(influences=[Bleeding(day=1, volume_ml=100)]), days=14, seed=1, kernel="exact", with_blood=False)
    simulate(Patient(drivers="all", clones=[Founder(name="a", stem_cells=9)]), days=14, seed=1, kernel="mean")
    simulate(Patient(sex="female", influences=[CytotoxicPulse(day=1, dose_mg=9)]), days=14, seed=1)
    assert len(course.run_course.signatures) == 1
