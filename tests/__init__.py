"""The tests; folders below bear the names of what they test."""
