"""What the architecture tests look at: the product's own files, as they stand in the tree."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("lamplighter", "edge", "ingest", "alarms", "compliance", "dashboards", "console", "simulator", "models")


class Tree:
    """The checkout."""

    root = ROOT
    packages = PACKAGES

    def product_files(self) -> list[Path]:
        """Python files of the packages that are installed."""
        return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]

    def python_files(self) -> list[Path]:
        """Every Python file of ours: product, tests, benchmarks, set-up."""
        others = [path for folder in ("tests", "bench", "deploy") for path in sorted((ROOT / folder).rglob("*.py"))]
        return [*self.product_files(), *others]

    def shown(self, path: Path) -> str:
        """The path from the top of the checkout."""
        return path.relative_to(ROOT).as_posix()


@pytest.fixture(scope="session")
def tree() -> Tree:
    """The checkout."""
    return Tree()
