"""Lets a test tell what it did, in lines that are seen whichever process it runs in."""

import pytest


class Told:
    """Prints what tests have told, once each has ended."""

    def __init__(self, config):
        self._config = config

    def pytest_runtest_logreport(self, report):
        if report.when != "call":
            return
        reporter = self._config.pluginmanager.get_plugin("terminalreporter")
        for name, line in report.user_properties:
            if name == "told" and reporter is not None:
                reporter.ensure_newline()
                reporter.write_line(f"  {line}")


def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Told(config))


@pytest.fixture
def tell(record_property):
    """Prints a line that is seen without any option."""
    return lambda line: record_property("told", line)
