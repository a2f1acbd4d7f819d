"""One module a format: what is in a file, by well-kept libraries. They run in a process of their own only."""
