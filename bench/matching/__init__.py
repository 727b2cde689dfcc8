"""Measures how well callers are found and recognised by what a speech recogniser hears."""
