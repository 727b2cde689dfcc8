"""A stand-in for the Sikka ONE API v4: practices, their software, the lagging copy and the faults."""
