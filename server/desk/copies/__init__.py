"""The office's kept copy in memory, how old it is, and our own rows laid over it."""
