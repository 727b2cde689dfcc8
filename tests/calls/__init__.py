"""Whole calls, each a file under `scripts`, played against the server as its own process."""
