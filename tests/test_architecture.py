"""The house keeps its own rules: what a linter cannot say in one line is said here."""

import ast
import re
import subprocess
import sys
import tokenize
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from workflow.engine import errors

ROOT = Path(__file__).parents[1]
PACKAGES = ("workflow", "notifications", "api")

LONGEST_FUNCTION = 60
LONGEST_FILE = 400

MAY_ASK_THE_TIME = {"api/clock.py"}
SPEAK_SQL = ("workflow/store/", "workflow/doctor/", "api/demo/")
HANDED_ROUND = {"Connection"}
"""What everybody may name of SQLAlchemy besides its errors: an open transaction."""

PYTEST_OWN = {"parametrize", "usefixtures", "filterwarnings", "timeout"}


@cache
def files(*folders: str) -> tuple[Path, ...]:
    """The Python files of some folders, but for migrations, which are never touched again."""
    found = (path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")))
    return tuple(path for path in found if "migrations" not in path.parts)


@cache
def nodes(*folders: str) -> tuple[tuple[str, ast.AST], ...]:
    """Every node of every file, with the file's name from the root."""
    return tuple(
        (str(path.relative_to(ROOT)), node)
        for path in files(*folders)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    )


def test_imports_point_one_way() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run(
        [linter, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr


# The program knows no workflow by name


WORKFLOWS = {path.stem for path in (ROOT / "definitions").glob("*.yaml")}


NAME = re.compile(r"[a-z_]+")


def names_of(node: ast.AST) -> Iterator[str]:
    """What a node calls by name: a text and its words, or an identifier of its own."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
        yield from NAME.findall(node.value)
    for field in ("id", "name", "asname", "arg", "attr"):
        if isinstance(value := getattr(node, field, None), str):
            yield value


def test_no_definition_is_known_by_name() -> None:
    assert "rectification" in WORKFLOWS
    prose = {id(node.value) for _, node in nodes(*PACKAGES) if isinstance(node, ast.Expr)}
    known = [
        f"{file}:{getattr(node, 'lineno', 0)}: {name}"
        for file, node in nodes(*PACKAGES)
        for name in names_of(node)
        if name in WORKFLOWS and id(node) not in prose
    ]
    assert known == []


@pytest.mark.parametrize(
    "line",
    [
        "x = 'interview'", "interview = 1", "f(interview=1)", "def interview(): ...", "a.interview",
        "x = '/ledgers/interview/preparation'", "x = f'{a}.interview'", "from a import interview",
        "match case:\n    case 'interview': pass",
    ],
)  # fmt: skip
def test_a_definition_known_by_name_would_be_seen(line: str) -> None:
    found = {name for node in ast.walk(ast.parse(line)) for name in names_of(node)}
    assert found & WORKFLOWS == {"interview"}


def test_no_template_asks_for_a_definition_by_name() -> None:
    code = re.compile(r"\{[{%].*?[%}]\}", re.DOTALL)
    templates = sorted((ROOT / "api/pages/templates").glob("*.html"))
    assert templates
    for path in templates:
        said = {name for one in code.findall(path.read_text("utf-8")) for name in NAME.findall(one)}
        assert said & WORKFLOWS == set(), path


# Size


def test_no_function_is_too_long() -> None:
    long = [
        f"{file}:{node.lineno} {node.name}"
        for file, node in nodes(*PACKAGES)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    ]
    assert long == []


def test_no_file_has_grown_past_one_idea() -> None:
    lengths = {
        path: len(path.read_text("utf-8").splitlines())
        for path in files(*PACKAGES, "tests", "bench")
    }
    assert [str(path) for path, length in lengths.items() if length > LONGEST_FILE] == []


# One clock, one place for SQL


def test_nobody_else_asks_what_time_it_is() -> None:
    asks = re.compile(r"(datetime\.)?(datetime|date)\.(now|utcnow|today)|time\.time(_ns)?")
    found = {
        file
        for file, node in nodes(*PACKAGES)
        if isinstance(node, ast.Attribute) and asks.fullmatch(ast.unparse(node))
    }
    assert found == MAY_ASK_THE_TIME


def test_sql_is_spoken_in_the_store() -> None:
    speak = [
        f"{file}:{node.lineno}: {alias.name}"
        for file, node in nodes(*PACKAGES)
        if not file.startswith(SPEAK_SQL) and "sqlalchemy" in imported(node)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        if getattr(node, "module", None) != "sqlalchemy.exc" and alias.name not in HANDED_ROUND
    ]
    assert speak == []


def imported(node: ast.AST) -> set[str]:
    """The packages that a statement imports."""
    if isinstance(node, ast.Import):
        return {alias.name.partition(".")[0] for alias in node.names}
    if isinstance(node, ast.ImportFrom):
        return {(node.module or "").partition(".")[0]}
    return set()


# Words


def test_every_test_marker_exists() -> None:
    options = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["pytest"]
    declared = {line.partition(":")[0] for line in options["ini_options"]["markers"]}
    used = {
        node.attr
        for _, node in nodes("tests")
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "pytest.mark"
    }
    assert used - PYTEST_OWN <= declared


def tails(path: Path) -> Iterator[str]:
    """How a file may be called: by its name alone, or with some of the folders it lies in."""
    parts = path.relative_to(ROOT).parts
    return ("/".join(parts[at:]) for at in range(len(parts)))


def test_what_is_cited_is_there_to_be_read() -> None:
    """A law by its number, a text or a module by its name: none may lie in a drawer of its author,
    nor where it lay before it was moved.
    """
    design = (ROOT / "docs" / "design.md").read_text("utf-8")
    laws = set(re.findall(r"^(\d+)\. \*\*", design.partition("## The laws")[2], re.MULTILINE))
    texts = {path.name for path in ROOT.glob("[!.]*/**/*.md")} | {"README.md"}
    folders = (*PACKAGES, "tests", "bench")
    paths = [path for one in folders for path in (ROOT / one).rglob("*.py")]
    modules = {tail for path in paths for tail in tails(path)}
    module = re.compile(r"(?<![\w./%-])(?:\w+/)*\w+\.py\b", re.ASCII)
    for path in files(*folders):
        source = path.read_text("utf-8")
        assert set(re.findall(r"\bdesign, law (\d+)", source)) <= laws, path
        assert set(re.findall(r"(?<![.\w])[a-z]\w+\.md\b", source)) <= texts, path
        assert set(module.findall(source)) <= modules, path


LEFT_OVER = re.compile(r"\b(TO" "DO|FIX" "ME|XX" "X)\b")


def test_nothing_is_left_for_later() -> None:
    left = []
    for path in files(*PACKAGES, "tests", "bench"):
        with path.open("rb") as source:
            for token in tokenize.tokenize(source.readline):
                if token.type in (tokenize.COMMENT, tokenize.STRING):
                    left += [f"{path}:{token.start[0]}" for _ in LEFT_OVER.findall(token.string)]
    assert left == []


CHINESE = re.compile(r"[\u4e00-\u9fff]")


@cache
def refusals() -> set[str]:
    """Every class of refusal by name, wherever it is."""
    known = {errors.Refusal.__name__}
    classes = [node for _, node in nodes(*PACKAGES) if isinstance(node, ast.ClassDef)]
    for _ in range(3):  # as deep as the families go
        known |= {c.name for c in classes if known & {ast.unparse(base) for base in c.bases}}
    return known


def test_the_tree_of_errors_is_the_one_that_the_engine_raises() -> None:
    drawn = set(re.findall(r"── (\w+)", errors.__doc__ or ""))
    family = {errors.DubanError.__name__, *refusals()}
    classes = [node for _, node in nodes("workflow/engine") if isinstance(node, ast.ClassDef)]
    assert drawn == {c.name for c in classes if family & {ast.unparse(base) for base in c.bases}}


def sentences(call: ast.Call) -> Iterator[str]:
    """The literal texts among which the first argument of a call chooses."""
    first = call.args[0] if call.args else None
    options = first.values if isinstance(first, ast.BoolOp) else [first]
    for option in options:
        if isinstance(option, ast.Constant | ast.JoinedStr):
            inside = (part.value for part in ast.walk(option) if isinstance(part, ast.Constant))
            yield "".join(map(str, inside))


def test_whoever_is_refused_reads_chinese() -> None:
    said = [
        (f"{file}:{node.lineno}", sentence)
        for file, node in nodes(*PACKAGES)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in refusals()
        for sentence in sentences(node)
    ]
    assert len(said) > 50
    assert [where for where, sentence in said if not CHINESE.search(sentence)] == []


# What no reviewer should have to look for


def calls(*folders: str) -> Iterator[tuple[str, ast.Call, str]]:
    """Every call with its place and what is called, as it is written."""
    for file, node in nodes(*folders):
        if isinstance(node, ast.Call):
            yield f"{file}:{node.lineno}", node, ast.unparse(node.func)


RUN_TEXTS = re.compile(r"(builtins\.)?(eval|exec)|os\.(system|popen)|(pickle|marshal)\.\w+")
OBEYED = {"yaml.load", "yaml.unsafe_load", "BackgroundTasks"}


def is_dangerous(call: ast.Call, called: str) -> bool:
    """Whether a call runs a text, or promises what nobody keeps."""
    shell = any(k.arg == "shell" and ast.unparse(k.value) != "False" for k in call.keywords)
    return bool(RUN_TEXTS.fullmatch(called)) or called in OBEYED or shell


def test_no_text_is_run_and_nothing_is_promised_outside_a_transaction() -> None:
    assert [place for place, call, name in calls(*PACKAGES) if is_dangerous(call, name)] == []
    imported_names = {n for _, node in nodes(*PACKAGES) for n in names_of(node)}
    assert "BackgroundTasks" not in imported_names


@pytest.mark.parametrize(
    "line", ["eval('1')", "exec(x)", "os.system(x)", "yaml.load(x)", "run(x, shell=True)",
             "pickle.loads(x)", "BackgroundTasks()"],
)  # fmt: skip
def test_a_text_that_is_run_would_be_seen(line: str) -> None:
    (call,) = [node for node in ast.walk(ast.parse(line)) if isinstance(node, ast.Call)]
    assert is_dangerous(call, ast.unparse(call.func))


SAYS_SQL = re.compile(r"(\w+\.)?(text|exec_driver_sql)")
NAMES_ONLY = ("workflow/store/", "api/demo/performance.py")
"""Here names of tables, of ours, are put into statements of the schema; nowhere a value."""


def is_built(call: ast.Call, called: str) -> bool:
    """Whether a call speaks SQL that was put together from texts."""
    parts = [part for one in call.args[:1] for part in ast.walk(one)]
    built = any(isinstance(part, ast.JoinedStr | ast.BinOp) for part in parts)
    return bool(SAYS_SQL.fullmatch(called)) and built


def test_sql_is_not_put_together_from_texts() -> None:
    built = [place for place, call, name in calls(*PACKAGES) if is_built(call, name)]
    assert [place for place in built if not place.startswith(NAMES_ONLY)] == []


def test_no_row_is_replaced_unseen() -> None:
    """INSERT OR REPLACE deletes a row without asking its triggers."""
    replaces = re.compile(r"\s*(INSERT\s+)?OR\s+REPLACE|\s*REPLACE\s+INTO", re.IGNORECASE)
    said = [
        f"{file}:{node.lineno}"
        for file, node in nodes(*PACKAGES)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and replaces.match(node.value)
    ]
    assert said == []


def test_templates_escape_whatever_they_show() -> None:
    templates = sorted((ROOT / "api/pages/templates").glob("*.html"))
    assert templates
    believing = re.compile(r"\|\s*safe\b|autoescape\s+false|\bMarkup\b|<script|\son\w+=|\sstyle=")
    assert [str(path) for path in templates if believing.search(path.read_text("utf-8"))] == []


def test_a_refusal_looks_the_same_on_every_page() -> None:
    templates = (ROOT / "api/pages/templates").glob("*.html")
    red = re.compile(r'class="banner[^>]*refused')
    drawn = {path.name for path in templates if red.search(path.read_text("utf-8"))}
    assert drawn == {"_banner.html"}, "the macro draws it"


MAY_OPEN = {
    "api/checkpoint_files.py",
    "api/cli/",
    "api/demo/",
    "api/inspecting/images.py",
    "api/notice_file.py",
    "api/sealing_key.py",
    "api/settings.py",
}
"""What reads files named by whoever runs the program, or pictures from memory."""


def test_no_request_names_a_file() -> None:
    opening = re.compile(r"open|(.*\.)?(open|read_text|read_bytes|write_text|write_bytes)")
    opened = {place.partition(":")[0] for place, _, name in calls("api") if opening.fullmatch(name)}
    assert {file for file in opened if not file.startswith(tuple(MAY_OPEN))} == set()
