"""Claims: which process may do something that only one may do."""
