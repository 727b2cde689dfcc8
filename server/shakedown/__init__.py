"""`chairtime shakedown`: finds out, on a real account, what nobody has written down about Sikka."""
