"""The JSON API of every entity, derived from the registry like the pages: no entity has code here."""
