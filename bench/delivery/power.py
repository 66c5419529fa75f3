"""Power loss: a shim keeps each file as it was at its last fsync, and after the cut nothing else is there.

Killing a process does not show this: the kernel still has what was written and not synced. Needs a C compiler. What is kept of a
file is all of it at its last sync; a deletion is undone unless its folder was synced since.
"""

import shutil
import subprocess
from pathlib import Path
from typing import Final

SOURCE: Final = Path(__file__).with_name("shim.c")


class PowerCut:
    """The shim of a rig, over everything below `root`."""

    def __init__(self, folder: Path, root: Path) -> None:
        self._root = root
        self._keep = folder / "kept"
        self._keep.mkdir()
        self._shim = folder / "shim.so"
        build(self._shim)
        self.environment = {"LD_PRELOAD": str(self._shim), "SHIM_ROOT": str(root), "SHIM_KEEP": str(self._keep)}

    def lose(self, part: str) -> None:
        """Everything below `part` of the root that was not synced is gone; its processes must be dead."""
        for file in sorted((self._root / part).rglob("*")):
            if file.is_file():
                file.unlink()
        for kept in self._keep.iterdir():
            name = kept.name.replace("%", "/")
            if name.startswith(f"{part}/") and "~" not in name:  # with it: a copy that the cut interrupted
                (self._root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(kept, self._root / name)


def compiler() -> str | None:
    """A C compiler on PATH; None where there is none."""
    return next((found for found in map(shutil.which, ("cc", "gcc", "clang")) if found), None)


def build(target: Path) -> None:
    """Compile the shim; raises FileNotFoundError without a compiler."""
    program = compiler()
    if program is None:
        raise FileNotFoundError("no C compiler on PATH: the shim that shows a power loss cannot be built; apt install gcc")
    subprocess.run([program, "-shared", "-fPIC", "-O2", "-o", str(target), str(SOURCE), "-ldl"], check=True)
