"""Wishes for a change in the practice: booking, moving, registering, records. Each becomes a row."""
