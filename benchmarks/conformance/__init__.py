"""What this project promises of a command line and of files, tested with other libraries, too."""
