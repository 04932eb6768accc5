"""Messages that leave the house for somebody's telephone or mailbox: by which services, what was sent, and what became of it."""
