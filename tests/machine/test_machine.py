"""The whole system through random histories: two processes, one file, callers, faults, crashes, the desk."""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from machine import Machine

pytestmark = pytest.mark.no_cover  # other tests cover what it runs; traced, it would take twice as long

BY_HAND = os.environ.get("MACHINE_EXAMPLES", "")

# In CI the same histories each time, and the first that fails as it is, since to make it smaller takes
# minutes; by hand (`make machine EXAMPLES=500`) new ones, and the smallest that fails.
TestMachine = Machine.TestCase
TestMachine.settings = settings(
    max_examples=int(BY_HAND or 25),
    stateful_step_count=30,
    derandomize=not BY_HAND,
    phases=(Phase.generate, Phase.shrink) if BY_HAND else (Phase.generate,),
    report_multiple_bugs=False,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
