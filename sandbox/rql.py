"""The find= parameter: conditions such as birthdate=eq_1986-04-12, joined by ::AND:: and ::OR::."""

from collections.abc import Callable

from sandbox.replies import ApiError, Row

Test = Callable[[Row], bool]


def _comparable(value: str) -> float | str:
    try:
        return float(value)
    except ValueError:
        return value[:10].casefold()


def _ordered(test: Callable[[int], bool]) -> Callable[[str, str], bool]:
    def check(value: str, wanted: str) -> bool:
        if not value:
            return False
        left, right = _comparable(value), _comparable(wanted)
        if isinstance(left, float) and isinstance(right, float):
            return test((left > right) - (left < right))
        return test((str(left) > str(right)) - (str(left) < str(right)))

    return check


def _same(value: str, wanted: str) -> bool:
    dated = value.removesuffix("T00:00:00")
    return wanted.casefold() in {value.casefold(), dated.casefold()}


# longest names first, since one may begin with another
_OPERATORS: tuple[tuple[str, Callable[[str, str], bool]], ...] = (
    ("like_", lambda value, wanted: value.casefold().startswith(wanted.casefold())),
    ("neq_", lambda value, wanted: not _same(value, wanted)),
    ("gte_", _ordered(lambda sign: sign >= 0)),
    ("lte_", _ordered(lambda sign: sign <= 0)),
    ("eq_", _same),
    ("gt_", _ordered(lambda sign: sign > 0)),
    ("lt_", _ordered(lambda sign: sign < 0)),
)


def _condition(text: str) -> Test:
    field, _, rest = text.partition("=")
    for name, check in _OPERATORS:
        if field and rest.startswith(name):
            wanted = rest.removeprefix(name)
            return lambda row: check(row.get(field, ""), wanted)
    raise ApiError("API1026", "find is invalid")


def compile_find(text: str) -> Test:
    """A test of rows; ::AND:: binds tighter than ::OR::. Raises ApiError API1026 for what cannot be read."""
    groups = [[_condition(part) for part in group.split("::AND::")] for group in text.split("::OR::")]
    return lambda row: any(all(test(row) for test in group) for group in groups)
