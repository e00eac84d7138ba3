"""What this project promises of a command line and of files, asked of others of its kind too."""
