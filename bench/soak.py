"""Repeats a minute of the whole school, with Mosquitto and without, and says of each run whether it held.

    python -m bench.soak --runs 3 [--seconds 60]

One JSON object a run on stdout, a last one that sums up; exit code 1 if a run did not hold.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from typing import Any

VERDICTS = ("pass", "fail", "indicative_low", "insufficient_data")


def faults_of(summary: dict[str, Any], seconds: float) -> list[str]:
    """What a run of `seconds` promised and did not keep."""
    readings, conditions = summary["readings"], summary["conditions"]
    promised = {
        "lost = 0": readings["lost"] == 0,
        "quarantined = 0": readings["quarantined"] == 0,
        f"at least {42 * seconds:.0f} readings": readings["produced"] >= 42 * seconds,
        "every condition stored": conditions["produced"] == conditions["stored"],
        "an intrusion raised": conditions["raised"].get("intrusion", 0) >= 1,
        "an intrusion cleared": conditions["cleared"].get("intrusion", 0) >= 1,
        "a lamp failure raised": conditions["raised"].get("lamp_failure", 0) >= 1,
        "inference": summary["inference"]["count"] > 0,
        **{f"verdict {name}": summary["verdicts"].get(name, 0) >= 1 for name in VERDICTS},
    }
    return [promise for promise, kept in promised.items() if not kept]


def run_once(seconds: float, *, mosquitto: bool) -> dict[str, Any]:
    """One run in a folder of its own; `mosquitto` False hides it from PATH."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.environ["PATH"] if mosquitto else folder
        command = [
            sys.executable,
            "-m",
            "lamplighter",
            "up",
            "--for",
            str(seconds),
            "--json",
            "--port",
            "0",
            "--data",
            f"{folder}/data",
        ]
        done = subprocess.run(
            command, env={**os.environ, "PATH": path}, capture_output=True, text=True, timeout=seconds + 240, check=False
        )
        if done.returncode != 0:
            return {"mosquitto": mosquitto, "faults": [f"exit code {done.returncode}"], "log": done.stderr[-2000:]}
        summary = json.loads(done.stdout.splitlines()[-1])
        return {"mosquitto": mosquitto, "faults": faults_of(summary, seconds), "summary": summary}


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=60.0)
    given = parser.parse_args()
    failed = 0
    for number in range(given.runs):
        for mosquitto in (True, False):
            result = run_once(given.seconds, mosquitto=mosquitto)
            failed += bool(result["faults"])
            print(json.dumps({"run": number + 1, **result}), flush=True)
    print(json.dumps({"runs": given.runs * 2, "failed": failed}))
    return int(failed > 0)


if __name__ == "__main__":
    raise SystemExit(main())
