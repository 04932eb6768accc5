"""How Guanxi is deployed: settings, processes, folders, keys. Nothing below imports this floor."""
