"""The static half: from a text to facts. It never holds a value of a running program."""
