"""Forms that people without an account fill by a link: what they ask, what came in, and what became of it."""
