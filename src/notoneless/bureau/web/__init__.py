"""The house around the apps: settings, addresses, the frame of every page, the first page, the server."""
