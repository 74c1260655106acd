"""What the pages for people say is so: settings, dependencies, links, commands, routes, metrics."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer.main

import cli
from activities.knowledge.formats import load_formats
from activities.settings import Settings
from activities.sources import load_kinds
from commands.bench import names_in
from tests.docs.pages import PAGES, PROJECT, anchors, code, first_cells, links, read

MACHINE_PATH = re.compile(r"(?<![\w.~-])/(?:work|root|home|tmp|Users)/")
NOT_SETTINGS = {"HOLDFAST_EVAL_CACHE", "HOLDFAST_SECRET", "HOLDFAST_PASSWORD", "HOLDFAST_SHARED_DATA"}
"""Variables that one command, evaluations or the tests read by themselves."""
ROUTE = re.compile(r"\b(GET|POST|DELETE) (/(?:v1|health|metrics)[\w/{}-]*)")
CURL = re.compile(r"\bcurl\b.*\$HOLDFAST_API_URL(/[\w/$-]*)")

each_page = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(PROJECT).as_posix())


def docs(name: str) -> str:
    return read(PROJECT / "docs" / name)


def shown_default(value: object) -> str:
    """Return a setting's default as the page shows it."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).replace(f"{PROJECT}/", "").replace(str(Path.home()), "~")
    return f"`{text}`" if text else "empty"


def test_each_setting_is_documented_with_its_default() -> None:
    documented = {name: cells[0] for name, *cells in first_cells(docs("settings.md")) if len(cells) == 2}
    defaults = {f"HOLDFAST_{name.upper()}": field.default for name, field in Settings.model_fields.items()}
    assert documented == {name: shown_default(value) for name, value in defaults.items()}


@each_page
def test_each_variable_that_a_page_names_exists(path: Path) -> None:
    known = {f"HOLDFAST_{name.upper()}" for name in Settings.model_fields} | NOT_SETTINGS
    assert set(re.findall(r"HOLDFAST_[A-Z_]*[A-Z]", read(path))) <= known


def test_each_file_format_is_named_with_its_endings() -> None:
    endings = {ending for found in load_formats() for ending in found.suffixes if not ending.endswith(".gz")}
    assert sorted(each for each in endings if f"`{each}`" not in docs("knowledge.md")) == []


def test_each_kind_of_source_is_shown_being_added() -> None:
    shown = set(re.findall(r"holdfast source add [\w-]+ (\w+)", docs("sources.md")))
    assert shown == set(load_kinds())


def test_each_dependency_has_exactly_one_line() -> None:
    project = tomllib.loads(read(PROJECT / "pyproject.toml"))
    named = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    packages = [re.split(r"[\[<>=~! ;]", dependency)[0] for dependency in named]
    assert sorted(name for name, *_ in first_cells(docs("dependencies.md"))) == sorted(packages)


@each_page
def test_each_link_leads_somewhere(path: Path) -> None:
    for target in links(read(path)):
        name, _, anchor = target.partition("#")
        file = (path.parent / name).resolve() if name else path
        assert file.exists(), f"{target} is not there"
        assert not anchor or anchor in anchors(read(file)), f"{target} has no such heading"


@each_page
def test_each_command_and_option_that_a_page_names_exists(path: Path) -> None:
    root = typer.main.get_command(cli.app)
    lines = [
        words for line in code(read(path)) for words in re.findall(r"(?:^|[ /])holdfast ([a-z].*?)(?:$|[|;&#])", line)
    ]
    assert [problem for words in lines for problem in wrong_with(root, words.split())] == []


def wrong_with(command: Any, words: list[str]) -> list[str]:
    """Follow words into groups and commands, then look each option up; return what does not exist."""
    while hasattr(command, "commands") and words and not words[0].startswith("-"):
        name = words.pop(0).rstrip(".,:)")
        if name not in command.commands:
            return [f"holdfast has no {name!r}"]
        command = command.commands[name]
    options = {option for parameter in command.params for option in [*parameter.opts, *parameter.secondary_opts]}
    given = [word for word in words if word.startswith("--")]
    problems = [f"{command.name} has no {word!r}" for word in given if word.split("=")[0] not in options]
    folder = {"bench": "benchmarks", "drill": "drills"}.get(command.name)
    if folder and words and words[0].isidentifier() and words[0] not in names_in(folder):
        problems.append(f"there is no {command.name} {words[0]!r}")
    return problems


@pytest.mark.parametrize("words", ["evil all", "eval golden --nonsense", "bench nonsense"])
def test_a_command_that_does_not_exist_is_seen(words: str) -> None:
    assert len(wrong_with(typer.main.get_command(cli.app), words.split())) == 1


@each_page
def test_each_make_target_that_a_page_names_exists(path: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", read(PROJECT / "Makefile"), re.MULTILINE))
    named = {name for line in code(read(path)) for name in re.findall(r"(?:^|[ (])make ([a-z]+)", line)}
    assert named <= targets


@each_page
def test_each_route_that_a_page_names_exists(path: Path) -> None:
    paths = json.loads(read(PROJECT / "api" / "openapi.json"))["paths"]
    for line in code(read(path)):
        for method, route in ROUTE.findall(line):
            assert method.lower() in paths.get(route, {}), f"there is no {method} {route}"
        for called in CURL.findall(line):
            assert any(matches(template, called) for template in paths), f"there is no {called}"


def matches(template: str, path: str) -> bool:
    """Say whether a path with shell variables in it is one of this template."""
    return bool(re.fullmatch(re.sub(r"{\w+}", r"[^/]+", template), path))


def test_each_metric_that_the_operators_page_names_exists_and_none_is_left_out() -> None:
    sources = [PROJECT / "activities" / "metrics.py", PROJECT / "activities" / "metrics_page.py"]
    sources.append(PROJECT / "api" / "metrics.py")
    measured = {name for source in sources for name in re.findall(r'"(support_[a-z_]+)"', read(source))}
    explained = {name.removesuffix("_total") for name, *_ in first_cells(docs("operators.md")) if "support_" in name}
    assert explained == measured


@each_page
def test_no_page_names_a_place_on_somebodys_machine(path: Path) -> None:
    assert not MACHINE_PATH.search(read(path))


@each_page
def test_each_file_that_a_page_names_in_code_exists(path: Path) -> None:
    rooms = "graphs|activities|workflows|api|ui|evals|company|commands|tests|docs"
    named = {name for text in code(read(path)) for name in re.findall(rf"(?<![\w/.-])((?:{rooms})/[\w./-]*\w)", text)}
    assert [name for name in sorted(named) if not (PROJECT / name).exists()] == []


@pytest.mark.parametrize("room", ["knowledge", "records"])
def test_each_module_of_a_large_room_is_on_its_map_once(room: str) -> None:
    folder = PROJECT / "activities" / room
    named = re.findall(r"``(\w+)``", read(folder / "__init__.py"))
    assert sorted(named) == sorted(path.stem for path in folder.glob("*.py") if path.stem != "__init__")
