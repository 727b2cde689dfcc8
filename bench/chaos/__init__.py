"""Many callers, a storm of faults, a server killed again and again; and then the books are compared."""
