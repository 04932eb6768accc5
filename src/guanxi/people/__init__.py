"""The people of the company: who works here, in which department, and how they come to an account."""
