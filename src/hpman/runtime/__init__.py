"""The run-time half: names and their values. It never sees a file or a syntax tree."""
