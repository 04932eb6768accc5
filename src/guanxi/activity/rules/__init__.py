"""Rules of the area that span several records."""
