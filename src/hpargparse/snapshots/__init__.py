"""Read and write files of values. If that is impossible, functions raise SnapshotError."""
