"""`chairtime demo`: a caller found, booked, confirmed and cancelled, over real connections."""
