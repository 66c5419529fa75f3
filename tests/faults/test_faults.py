"""One short run of each fault of the table: nothing that a gateway accepted is lost, nothing stands twice.

`python -m bench.faults` has the long runs, and the controls that show that each fault does harm where a protection is missing.
"""

import os

import pytest

from bench.delivery.power import compiler
from bench.delivery.rig import mosquitto_program
from bench.delivery.run import SHORT, run_once
from bench.delivery.strikes import FAULTS, Fault
from tests.servers.absent import absent

pytestmark = [pytest.mark.services, pytest.mark.slow]


@pytest.fixture(params=FAULTS, ids=lambda fault: fault.name)
def fault(request: pytest.FixtureRequest) -> Fault:
    found: Fault = request.param
    try:
        mosquitto_program()
    except FileNotFoundError:
        absent(request.config, "mosquitto")
    if found.plan.disk_mb and os.geteuid() != 0:
        pytest.skip("a file system of its own needs root and mount")
    if found.plan.power and compiler() is None:
        pytest.skip("the shim that shows a power loss needs a C compiler")
    return found._replace(plan=found.plan._replace(store="stand-in"))


@pytest.mark.timeout(300)
def test_what_gateways_accepted_is_stored_once_whatever_strikes(fault: Fault) -> None:
    outcome = run_once(fault, seed=7, control=False, size=SHORT)
    assert not outcome.void
    assert (outcome.tally.lost, outcome.tally.doubled) == (0, 0), outcome.tally.examples
    assert outcome.tally.stored + outcome.tally.rejected + outcome.tally.shed == outcome.tally.produced
