"""Webhooks: what happens here is told to other programs, signed, tried again for a day, and with the rights of one person."""
