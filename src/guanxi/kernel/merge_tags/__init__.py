"""Merge tags: `{{customer.name}}` in a text, filled from one record. They name declared fields; there is nothing in them to evaluate."""
