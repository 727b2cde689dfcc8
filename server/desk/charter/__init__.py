"""The charter: what an office's people have reviewed and said may be offered; read, written and compared."""
