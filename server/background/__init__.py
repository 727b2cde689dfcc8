"""What runs without being asked: keys, sending, finding outcomes, and how fresh the copies are."""
