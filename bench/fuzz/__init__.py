"""Attacks a running server with calls and requests that no honest client would send."""
