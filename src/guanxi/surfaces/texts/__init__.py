"""Texts that a company keeps ready: mails, text messages and phrases, filled from a record as far as the reader may see it."""
