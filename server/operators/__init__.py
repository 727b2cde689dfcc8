"""The commands of the people who run Chairtime: the inbox, the ledger, and the end of a connection."""
