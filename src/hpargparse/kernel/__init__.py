"""hpman in an IPython kernel: cells, the magic `%hpman`, and a panel of widgets."""
