"""What the commands share: arguments, output, errors and listings."""
