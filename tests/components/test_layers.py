"""Arrows between the folders go one way only."""

import ast
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import components
from components import cell_view, lab

ROOT = Path(__file__).parents[2]
VIEWS = sorted((ROOT / "components").glob("*_view.py"))
PAGES = {"dash", "dash_bootstrap_components", "flask", "plotly", "waitress", "werkzeug"}


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {
    module_of(path): path
    for folder in ("components", "lstm")
    for path in ROOT.glob(f"{folder}/**/*.py")
}


def imports(path: Path) -> set[str]:
    """Give the modules that a file imports, in full, with the names that may be modules."""
    package = module_of(path).split(".")
    if path.name != "__init__.py":
        package = package[:-1]
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*base, *([node.module] if node.module else [])])
            found |= {source} | {f"{source}.{alias.name}" for alias in node.names}
    return found


def reached(path: Path) -> set[str]:
    """All that is imported by a file, by what it imports of ours, and so on."""
    found: set[str] = set()
    waiting = [path]
    while waiting:
        for name in imports(waiting.pop()) - found:
            found.add(name)
            # A name of a package is not what the package's own file imports.
            if name in MODULES and MODULES[name].name != "__init__.py":
                waiting.append(MODULES[name])
    return found


def tops(names: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}


def test_the_public_names_are_these() -> None:
    views = ["CellView", "LensView", "MapView", "ModelsView", "NetworkView", "TrainView"]
    names = [*views, "create_app", "register_callbacks"]
    assert components.__all__ == names
    assert components.CellView is cell_view.layout
    assert components.create_app is lab.create_app
    assert components.register_callbacks is lab.register_callbacks


def test_the_package_is_imported_without_numpy_so_that_serve_can_limit_its_threads() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import sys, components; print('numpy' in sys.modules)"],
        cwd=ROOT,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("False\n", "")


def test_serve_limits_the_threads_before_numpy_is_imported() -> None:
    source = (ROOT / "components" / "serve.py").read_text("utf-8")
    lines = source.splitlines()
    limited = next(number for number, line in enumerate(lines) if "os.environ.update" in line)
    # processor itself loads no NumPy, which a test of its own asserts.
    own = [number for number, line in enumerate(lines) if line.startswith(("from .", "from lstm"))]
    imported = [number for number in own if "from .processor" not in lines[number]]
    assert imported
    assert limited < min(imported)


def test_a_name_that_is_not_public_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        components.nothing  # noqa: B018


def test_the_engine_knows_nothing_of_the_pages() -> None:
    for name, path in MODULES.items():
        if tops({name}) == {"lstm"}:
            assert not tops(reached(path)) & (PAGES | {"components", "app"}), name


def test_figures_know_nothing_of_dash() -> None:
    figures = [path for name, path in MODULES.items() if name.startswith("components.figures.")]
    assert figures
    for path in figures:
        # Nor of plotly's Python: a figure is a plain dict.
        assert not tops(reached(path)) & PAGES, path.name


def test_views_do_not_import_each_other() -> None:
    assert VIEWS
    names = {module_of(path) for path in VIEWS}
    for path in VIEWS:
        assert not reached(path) & (names - {module_of(path)}), path.name


def test_nothing_below_the_lab_imports_a_view() -> None:
    views = {module_of(path) for path in VIEWS}
    for name, path in MODULES.items():
        if name not in {"components", "components.lab", "components.serve"}:
            assert not reached(path) & (views - {name}), name


def test_imports_inside_the_package_are_relative_so_that_it_can_have_another_name() -> None:
    for name, path in MODULES.items():
        if tops({name}) != {"components"}:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                assert "components" not in tops({alias.name for alias in node.names}), name
            elif isinstance(node, ast.ImportFrom) and not node.level:
                assert tops({node.module or ""}) != {"components"}, name
            elif isinstance(node, ast.ImportFrom):
                assert not (node.module or "").startswith("lstm"), name


def test_nothing_is_registered_with_dash_as_a_whole() -> None:
    """Two apps in one process must not meet: no global callbacks, hooks or pages."""
    shared = {
        "callback",
        "clientside_callback",
        "hooks",
        "register_page",
        "get_app",
        "page_registry",
    }
    for name, path in MODULES.items():
        assert not {f"dash.{one}" for one in shared} & imports(path), name
        assert "use_pages" not in path.read_text("utf-8"), name


def test_every_page_is_a_module_that_reads_in_the_same_way() -> None:
    assert lab.VIEWS[0] is cell_view
    for view in lab.VIEWS:
        assert isinstance(view, ModuleType)
        assert view.__doc__
        assert view.TITLE
        assert view.PATH.startswith("/")
        assert callable(view.layout)
        assert callable(view.register)
    assert len({view.PATH for view in lab.VIEWS}) == len(lab.VIEWS)
    assert (cell_view.TITLE, cell_view.PATH) == ("Cell", "/")
