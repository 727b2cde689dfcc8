"""Why a command ended early, in words for the person who started it."""


class ConfigurationError(Exception):
    """The program cannot start as it is configured; the text says what to set."""


class Failure(Exception):
    """What was asked for could not be done; the text says why, and what to do."""


def port_taken(port: int) -> Failure:
    """Another program has the port."""
    return Failure(f"Port {port} cannot be used. Nothing was started. Choose another with --port.")
