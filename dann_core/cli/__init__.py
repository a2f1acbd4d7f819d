"""The same experiments without a browser."""
