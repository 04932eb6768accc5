"""What spans several records of the area."""
