"""Finding a time: what is open, what is taken, and which of the free times to offer."""
