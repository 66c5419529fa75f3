"""`python -m bench.light`: error of the electric-light estimate and share of forecast intervals that hold, as JSON.

Goals: error 5 % median and 10 % at the 95th percentile over 200 rooms; 90 to 99 % of the 95 % intervals hold.
"""

import argparse
import json
import os
import time
from collections import Counter
from statistics import median

import numpy as np

from bench.light.judge import estimate, forecast, share


def electric(seed: int, rooms: int) -> dict[str, object]:
    """The error over rooms that gave an estimate; rooms that gave none are counted, never guessed."""
    found = [estimate(seed + number) for number in range(rooms)]
    known = [(row.estimate_lx, row.true_lx, row.uncertainty_lx or 0.0) for row in found if row.estimate_lx is not None]
    errors = [100 * abs(lx - true_lx) / true_lx for lx, true_lx, _ in known]
    return {
        "rooms": rooms,
        "estimated": len(known),
        "of_them_from_four_weeks": sum(row.weeks > 1 for row in found if row.estimate_lx is not None),
        "without_by_cause": dict(Counter(row.why for row in found if row.why is not None)),
        "without_by_control": dict(Counter(row.control for row in found if row.estimate_lx is None)),
        "without_a_single_moment": sum(row.moments == 0 for row in found if row.estimate_lx is None),
        "error_median_pct": round(median(errors), 2),
        "error_p95_pct": round(float(np.percentile(errors, 95)), 2),
        "bias_pct": round(100 * median((lx - true_lx) / true_lx for lx, true_lx, _ in known), 2),
        "truth_within_stated_uncertainty": round(share([abs(lx - true_lx) <= u for lx, true_lx, u in known]) or 0.0, 3),
    }


def forecasts(seed: int, rooms: int, *, sensor_dirt: bool) -> dict[str, object]:
    """How many intervals held, all of them and those with a last day."""
    found = [forecast(seed + number, sensor_dirt=sensor_dirt) for number in range(rooms)]
    given = [row for row in found if row.held is not None]
    bounded = [bool(row.held) for row in given if row.bounded]
    return {
        "rooms": rooms,
        "intervals": len(given),
        "held": round(share([bool(row.held) for row in given]) or 0.0, 3),
        "with_last_day": len(bounded),
        "with_last_day_held": round(share(bounded) or 0.0, 3),
    }


def main() -> None:
    """Print the figures of each seed, one line a seed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--rooms", type=int, default=200)
    parser.add_argument("--ageing-rooms", type=int, default=600)
    given = parser.parse_args()
    for seed in given.seeds:
        started = time.process_time()
        figures = {
            "seed": seed,
            "electric": electric(seed * 1_000_000, given.rooms),
            "forecast": forecasts(seed * 1_000_000, given.ageing_rooms, sensor_dirt=False),
            "forecast_with_dirty_sensors": forecasts(seed * 1_000_000, given.ageing_rooms, sensor_dirt=True),
        }
        used = {"cpu_s": round(time.process_time() - started, 1), "load": round(os.getloadavg()[0], 1)}
        print(json.dumps(figures | used))


if __name__ == "__main__":
    main()
