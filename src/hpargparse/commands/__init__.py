"""The commands that come with the library: one module each."""
