"""What a run leaves behind: predictions, a script that repeats it, and one bundle of everything."""
