"""Administration: people, roles and rights, for who looks after them. Strangers find no such place."""
