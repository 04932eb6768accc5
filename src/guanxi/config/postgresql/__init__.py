"""Django's PostgreSQL engine with a cheaper question whether a kept connection still stands."""
