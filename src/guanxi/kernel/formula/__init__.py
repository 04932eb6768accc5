"""Formulas over the fields of one record: a small language with two interpreters, Python and SQL, that agree to the letter."""
