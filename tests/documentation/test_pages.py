"""What the documents say is true today."""

import importlib.util
import re
import subprocess
import sys

import pytest

from hscape.cli import app


def load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_parameter_page_is_the_records(project_folder):
    maker = load(project_folder / "docs" / "reference" / "make_parameters.py")
    assert maker.PAGE.read_text(encoding="utf-8") == maker.page()


def test_the_python_example_of_the_readme_runs(project_folder, tmp_path):
    code = re.search(r"```python\n(.*?)```", (project_folder / "README.md").read_text(), re.S).group(1)
    assert len([line for line in code.splitlines() if line.strip()]) < 10
    result = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "donation.svg").stat().st_size > 10_000


def test_the_scenario_of_the_how_to_loads(project_folder, tmp_path):
    from hscape import load_scenario

    text = (project_folder / "docs" / "how-to" / "write-a-scenario.md").read_text()
    (tmp_path / "x.yaml").write_text(re.search(r"```yaml\n(.*?)```", text, re.S).group(1))
    assert load_scenario(tmp_path / "x.yaml").name == "two-donations"


def test_every_command_is_in_the_readme_or_the_changelog(project_folder):
    text = (project_folder / "README.md").read_text() + (project_folder / "CHANGELOG.md").read_text()
    for command in app.registered_commands:
        name = command.name or command.callback.__name__
        assert name in text, name


@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        "CONTRIBUTING.md",
        "docs/explanation/model.md",
        "docs/how-to/write-a-scenario.md",
        "docs/how-to/explain-a-patient.md",
    ],
)
def test_links_and_paths_exist(project_folder, page):
    path = project_folder / page
    for target in re.findall(r"\]\(([^)#]+)\)", path.read_text()):
        if not target.startswith("http"):
            assert (path.parent / target).exists(), f"{page}: {target}"
