"""Repeats the faults that delivery must survive and compares, row for row, what gateways accepted with what the centre stored.

    python -m bench.faults --runs N [--only NAME] [--store influxdb|stand-in] --json

Prints one line a fault, readings and condition transitions summed over the runs. Every run, and for each fault a control with the
protection switched off, is appended to bench/results/faults.jsonl with the commit it ran on. Exit code 1: something was lost or
doubled, a run was void, or a control failed to fail.
"""

import argparse
import json
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from bench.delivery.farm_process import FarmEnded
from bench.delivery.run import Outcome, run_once
from bench.delivery.strikes import FAULTS, Fault
from lamplighter.runtime.logs import configure_logs

RESULTS: Final = Path(__file__).parent / "results" / "faults.jsonl"
SUMMED: Final = ("produced", "stored", "rejected", "shed", "lost", "doubled")


def commit() -> str:
    """The commit under test, marked where files differ from it."""
    found = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False)
    return found.stdout.strip() or "unknown"


def note(of: str, facts: dict[str, Any]) -> None:
    """Append to the results file."""
    RESULTS.parent.mkdir(exist_ok=True)
    with RESULTS.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"commit": of, **facts}) + "\n")


def line_of(fault: Fault, outcomes: list[Outcome]) -> dict[str, Any]:
    """The line that is printed; void runs do not count."""
    good = [outcome.tally._asdict() for outcome in outcomes if not outcome.void]
    return {"fault": fault.name, "runs": len(good), **{name: sum(tally[name] for tally in good) for name in SUMMED}}


def try_fault(fault: Fault, *, runs: int, seed: int, controls: int) -> tuple[dict[str, Any], list[str]]:
    """Run it; returns the line to print and what was wrong."""
    of = commit()
    outcomes: list[Outcome] = []
    problems: list[str] = []
    for number in range(runs):
        outcome = _attempt(fault, problems, of, seed=seed + number, control=False)
        if outcome is not None:
            outcomes.append(outcome)
            problems += _problems_of(outcome)
    for number in range(controls):
        control = _attempt(fault, problems, of, seed=seed + number, control=True)
        if control is not None:
            problems += _problems_of_control(control, fault)
    return line_of(fault, outcomes), problems


def _attempt(fault: Fault, problems: list[str], of: str, *, seed: int, control: bool) -> Outcome | None:
    """A run, noted; None, and a problem, if it did not come to its end."""
    try:
        outcome = run_once(fault, seed=seed, control=control)
    except (AssertionError, FarmEnded) as error:
        problems.append(f"{fault.name} seed {seed}{' (control)' if control else ''}: did not end: {error}")
        note(of, {"fault": fault.name, "control": control, "seed": seed, "did_not_end": str(error)})
        sys.stderr.write(f"{problems[-1]}\n")
        return None
    note(of, outcome.as_json())
    return outcome


def _problems_of_control(control: Outcome, fault: Fault) -> list[str]:
    """A control that does no harm."""
    told = f"control of {fault.name} without {fault.without}: {control.seconds} s"
    sys.stderr.write(f"{told}, lost {control.tally.lost}, doubled {control.tally.doubled}\n")
    if control.tally.lost or control.tally.doubled:
        return []
    return [f"{fault.name}: its control without {fault.without} lost and doubled nothing: the fault proves nothing"]


def _problems_of(outcome: Outcome) -> list[str]:
    """What was wrong with a run, told on stderr as well."""
    tally, name = outcome.tally, f"{outcome.fault} seed {outcome.seed}"
    told = f"{name}: {outcome.seconds} s, lost {tally.lost}, doubled {tally.doubled}"
    sys.stderr.write(f"{told}, unconfirmed at the strikes {outcome.strikes} {outcome.void or ''} {tally.examples or ''}\n")
    wrong = [f"{tally.lost} lost, {tally.doubled} doubled: {tally.examples}"] if tally.lost or tally.doubled else []
    return [f"{name}: {why}" for why in (*(f"void: {what}" for what in outcome.void), *wrong)]


def report(lines: Iterable[str]) -> str:
    """The results file as a table in Markdown: runs that count by fault, what became of everything, what its controls did."""
    runs: dict[str, list[dict[str, Any]]] = defaultdict(list)
    harm: dict[str, list[str]] = defaultdict(list)
    commits: Counter[str] = Counter()
    stuck: list[str] = []
    for line in lines:
        one = json.loads(line)
        tally = one.get("tally")
        if tally is None:
            stuck.append(f"{one['fault']} seed {one['seed']}{' (control)' if one['control'] else ''} at {one['commit']}")
        elif one["control"]:
            harm[one["fault"]] += [f"{what} {tally[what]:,}" for what in ("lost", "doubled") if tally[what]]
        elif not one["void"]:
            runs[one["fault"]].append(tally)
            commits[one["commit"]] += 1
    table = [f"| fault | runs | {' | '.join(SUMMED)} | its controls |", "|---" * (len(SUMMED) + 3) + "|"]
    for fault in FAULTS:
        sums = " | ".join(f"{sum(tally[name] for tally in runs[fault.name]):,}" for name in SUMMED)
        table.append(f"| {fault.name} | {len(runs[fault.name])} | {sums} | {', '.join(harm[fault.name]) or 'not run'} |")
    told = ", ".join(f"{count} at {name}" for name, count in sorted(commits.items()))
    return "\n".join([*table, "", f"Runs by commit: {told}.", f"Runs that did not end: {', '.join(stuck) or 'none'}."])


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--only", choices=[fault.name for fault in FAULTS])
    parser.add_argument("--store", choices=["influxdb", "stand-in"], default="influxdb", help="influxdb needs influxd on PATH")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--controls", type=int, default=1, help="control runs of each fault")
    parser.add_argument("--json", action="store_true", help="lines of JSON, not a table")
    parser.add_argument("--report", action="store_true", help="run nothing: the results file as a table in Markdown")
    given = parser.parse_args()
    if given.report:
        print(report(RESULTS.read_text("utf-8").splitlines()))
        return 0
    configure_logs(level="error")  # to stderr: stdout is for the figures
    problems: list[str] = []
    for row in FAULTS:
        if given.only in (None, row.name):
            fault = row._replace(plan=row.plan._replace(store=given.store)) if row.plan.store != "stand-in" else row
            line, found = try_fault(fault, runs=given.runs, seed=given.seed, controls=given.controls)
            problems += found
            print(json.dumps(line) if given.json else "  ".join(f"{name} {value}" for name, value in line.items()), flush=True)
    for problem in problems:
        sys.stderr.write(f"{problem}\n")
    return int(bool(problems))


if __name__ == "__main__":
    raise SystemExit(main())
