"""Imports: a file becomes a stored plan, the plan is committed in slices, and can be taken back."""
