"""The Model Context Protocol for assistants: the same entities, search and actions as the API, with the token's rights."""
