"""Read and write files of values."""
