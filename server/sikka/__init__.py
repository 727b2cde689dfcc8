"""The Sikka ONE API v4 client: authorisation, endpoints, wire models, errors, rate budget, PMS rules."""
