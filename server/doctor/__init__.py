"""`chairtime doctor`: the way to an office, checked step by step."""
