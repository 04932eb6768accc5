"""Word lists of the demo company. Everything is invented here; nothing is taken from a register of companies or people."""
