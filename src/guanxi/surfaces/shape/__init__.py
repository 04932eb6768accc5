"""The shape of a company as a file: what its administrators made of lists, fields, roles, views and numbers, keyed by codes."""
