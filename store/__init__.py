"""Everything the program must not forget: offices, the ledger of writes, handles and read-backs, sealed."""
