"""A month of a drawn city through `lamplighter compliance score`, against what was planted in it.

    python -m bench.city [--schools 50] [--seed 1] [--keep DIR] [--json]

Precision and recall count the verdicts whose planted margin is at least its uncertainty: a wrong verdict inside it is nobody's
fault, and should be marked marginal. Exit code 1 where a fault was missed, an alarm false, or missing data became a pass.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.city.judge import Key, Tally
from bench.city.stories import draw
from bench.city.truth import FIRST, LAST, Item
from lamplighter.runtime.clock import SystemClock


def scored(folder: Path) -> dict[Key, dict[str, Any]]:
    """The verdicts that the command gives of a folder."""
    command = [sys.executable, "-m", "lamplighter", "compliance", "score", str(folder), "--from", str(FIRST), "--to", str(LAST)]
    done = subprocess.run([*command, "--json"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{folder}: score ended with {done.returncode}: {done.stderr[-2000:]}")
    rows = map(json.loads, done.stdout.splitlines())
    return {(row["day"], row["school"], row["subject"], row["rule"]): row for row in rows}


def write_truth(path: Path, items: list[Item]) -> None:
    """What is true, one JSON object a line; `score` does not read it."""
    path.write_text("".join(json.dumps(item._asdict(), default=str) + "\n" for item in items), "utf-8")


def run(schools: int, seed: int, root: Path) -> dict[str, Any]:
    """Draw, score and compare every school."""
    clock, tally, verdicts = SystemClock(), Tally(), 0
    started_s = clock.monotonic()
    for number in range(1, schools + 1):
        drawn = draw(number, seed)
        folder = root / drawn.name
        drawn.papers.write(folder, drawn.shuffle())
        write_truth(folder / "truth.jsonl", drawn.items)
        found = scored(folder)
        verdicts += len(found)
        tally.add(drawn.items, found)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "schools": schools,
        "seed": seed,
        "days": (LAST - FIRST).days + 1,
        "verdicts": verdicts,
        **tally.figures(),
        "wall_s": round(clock.monotonic() - started_s, 1),
        "score_cpu_s": round(used.ru_utime + used.ru_stime, 1),
        "load_1min": round(os.getloadavg()[0], 1),
    }


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--schools", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="write the folders here and leave them")
    parser.add_argument("--json", action="store_true", help="one line")
    options = parser.parse_args()
    if options.keep is not None:
        found = run(options.schools, options.seed, options.keep)
    else:
        with tempfile.TemporaryDirectory() as folder:
            found = run(options.schools, options.seed, Path(folder))
    print(json.dumps(found, indent=None if options.json else 2, ensure_ascii=False))
    return 0 if not found["failures"] else 1


if __name__ == "__main__":
    sys.exit(main())
