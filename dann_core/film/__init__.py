"""A film: a recording as one HTML file that plays anywhere, and a site of such files."""
