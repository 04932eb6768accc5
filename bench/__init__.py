"""The benchmark: a million customers, the real server, whole pages over HTTP, beside raw SQL on the same rows."""
