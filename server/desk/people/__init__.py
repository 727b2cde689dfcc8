"""Finding who a name, a birth date or a number belongs to: matching, and the tables it matches by."""
