"""The Chairtime server: the door, the tools, the desk behind them and the Sikka client."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("chairtime")
except PackageNotFoundError:  # run from a source tree that is not installed
    __version__ = "0"
