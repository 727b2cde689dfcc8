"""`chairtime connect`: the way from an account at Sikka to an office that can be served."""
