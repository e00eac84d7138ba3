"""The run-time half: from a name to its value. It never sees a file or a syntax tree."""
