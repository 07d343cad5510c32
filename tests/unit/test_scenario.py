"""Scenario files: what is shipped runs, what is wrong is said in one sentence."""

import json
from importlib import resources

import jsonschema
import pytest
import yaml

from hscape import InputError, load_scenario, scenario_names
from hscape.scenario import Scenario, parse_scenario

GOOD = {"name": "x", "person": {"age_years": 40}, "days": 100,
        "events": [{"type": "bleeding", "day": 5, "volume_ml": 450}]}  # fmt: skip


def changed(**parts):
    return {**GOOD, **parts}


def test_shipped_scenarios_load_and_fit_the_published_schema():
    schema = json.loads(resources.files("hscape.scenarios").joinpath("scenario.schema.json").read_text())
    assert set(scenario_names()) >= {"healthy", "blood-donation", "docetaxel-pulse", "infection", "aging-clones"}
    for name in scenario_names():
        assert load_scenario(name).name == name
        text = resources.files("hscape.scenarios").joinpath(f"{name}.yaml").read_text()
        jsonschema.validate(yaml.safe_load(text), schema)


def test_the_published_schema_is_the_one_in_force():
    published = json.loads(resources.files("hscape.scenarios").joinpath("scenario.schema.json").read_text())
    assert published == Scenario.model_json_schema()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (changed(event=[]), "unknown key 'event'; did you mean events"),
        (changed(events=[{"type": "bleeding", "day": 5, "volume": 450}]), "'volume' lacks its unit; write volume_ml"),
        (changed(events=[{"type": "bleeding", "day": 5}]), r"events\[0\].volume_ml is missing"),
        (changed(events=[{"type": "bleeding", "day": 5, "volume_ml": -1}]), r"events\[0\].volume_ml '-1' is not possible"),
        (changed(events=[{"type": "bleeding", "day": "soon", "volume_ml": 1}]), r"events\[0\].day 'soon'"),
        (changed(events=[{"type": "bleding", "day": 5}]), "unknown event type 'bleding'; did you mean bleeding"),
        (changed(events=[{"day": 5}]), r"events\[0\] has no type"),
        (changed(events=["bleeding"]), r"events\[0\] came as str"),
        (changed(events={"type": "bleeding"}), "events came as dict"),
        (changed(events=[{"type": "bleeding", "day": 9, "volume_ml": 1}, {"type": "bleeding", "day": 3, "volume_ml": 1}]),
         "in order of their day"),
        (changed(events=[{"type": "bleeding", "day": 500, "volume_ml": 1}]), "lies after the last day"),
        (changed(person={"age_years": 400}), "person.age_years '400'"),
        (changed(person={"age": 40}), "'age' lacks its unit; write age_years"),
        (changed(days=-5), "days '-5'"),
        (changed(parameters={"red_cell_lifespan_days": -60}), "is negative"),
        (changed(parameters={"no_such_thing": 1}), "unknown parameter"),
        ([1, 2], "came as list"),
        ("text", "came as str"),
    ],
)  # fmt: skip
def test_bad_scenarios(data, message):
    with pytest.raises(InputError, match=message) as error:
        parse_scenario(data, "file.yaml")
    assert str(error.value).startswith("file.yaml")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: [", "in line"),
        ("name: a\nname: b\n", "line 2: the key 'name' is written twice"),
        ("\t- x", "line 1"),
    ],
)
def test_bad_yaml(tmp_path, text, message):
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        load_scenario(path)


def test_unreadable_files(tmp_path):
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00\x01")
    (tmp_path / "huge.yaml").write_bytes(b"#" * 1_000_001)
    with pytest.raises(InputError, match="cannot be read"):
        load_scenario(tmp_path / "missing.yaml")
    with pytest.raises(InputError, match="not a text file"):
        load_scenario(tmp_path / "binary.yaml")
    with pytest.raises(InputError, match="larger than"):
        load_scenario(tmp_path / "huge.yaml")
    with pytest.raises(InputError, match="did you mean blood-donation"):
        load_scenario("blod-donation")
