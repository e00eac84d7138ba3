"""The subcommands of `hpman`, one module each, and the command `hpcli`."""
