"""What all tests share: commands that need not import everything anew, and what of them is traced."""

import os
from collections import Counter

import pytest
import warm
from coverage import Coverage

# Tracing doubles what a test takes, and the later cases of one test run the lines of the earlier ones.
TRACED_CASES = 3
OURS = ("SIKKA_", "CHAIRTIME_")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers():
    """Of `-n auto`: a fifth of the suite's time is waiting for what other processes do."""
    return (os.cpu_count() or 1) + 1


def pytest_configure(config):
    """In a worker coverage has begun by itself, and would go on whenever pytest-cov pauses its own."""
    while hasattr(config, "workerinput") and (begun := Coverage.current()) is not None:
        begun.stop()


def pytest_collection_modifyitems(items):
    """Only the first cases of each test are traced."""
    cases = Counter()
    for item in items:
        if hasattr(item, "callspec"):
            test = item.nodeid.partition("[")[0]
            cases[test] += 1
            if cases[test] > TRACED_CASES:
                item.add_marker(pytest.mark.no_cover)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Processes that an untraced test starts by itself are not traced either."""
    with pytest.MonkeyPatch.context() as patch:
        if item.get_closest_marker("no_cover"):
            patch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
        return (yield)


@pytest.fixture(scope="session")
def program(tmp_path_factory):
    """A `chairtime` whose commands run in forks of one process."""
    folder = tmp_path_factory.mktemp("program")
    path = folder / "chairtime"
    path.write_text(warm.program(folder / "way"))
    path.chmod(0o755)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    with warm.warmed(folder / "way", inherited):
        yield path
