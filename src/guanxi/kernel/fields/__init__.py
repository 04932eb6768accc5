"""Field kinds: one module a kind, each knowing how its values are shown, edited, filtered, read, written and described."""
